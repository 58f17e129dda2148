/** Responses, bodies and readers for the tests of stores. */
import type { CacheStore, StoredEntry } from "#caching/cache-store.ts";
import type { StoredResponse } from "#caching/stored-response.ts";
import { fieldList } from "#test/support/field-list.ts";

export function response(
  changes: Partial<StoredResponse> & { readonly lines?: readonly string[] } = {},
): StoredResponse {
  const { lines = ["Content-Type: text/plain", 'ETag: "one"'], ...rest } = changes;
  return {
    status: 200,
    fields: fieldList(lines),
    requestWallMs: 1_000,
    responseWallMs: 2_000,
    varyOn: [],
    invalidated: false,
    completeBytes: null,
    parts: null,
    tags: [],
    ...rest,
  };
}

/** As plain data, to be compared. */
export const plain = (of: StoredResponse) => ({ ...of, fields: of.fields.pairs() });

/** Bytes that tell their place and their seed. */
export function bodyOf(seed: number, bytes: number): Buffer {
  const body = Buffer.allocUnsafeSlow(bytes);
  let state = (seed ^ 0x9e3779b9) | 0;
  for (let at = 0; at < bytes; at += 1) {
    if ((at & 63) === 0) state = Math.imul(state ^ (at + 1), 0x85ebca6b) ^ (state >>> 13);
    body[at] = state + at;
  }
  return body;
}

export interface ReadResult {
  readonly body: Buffer;
  readonly error: string | null;
}

/** A sink that collects. */
export function collect(): {
  readonly sink: { onBody(bytes: Buffer): boolean; onEnd(): void; onError(why: string): void };
  readonly result: Promise<ReadResult>;
} {
  const pieces: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<ReadResult>();
  const finish = (error: string | null): void => resolve({ body: Buffer.concat(pieces), error });
  return {
    sink: {
      onBody: (bytes) => {
        // A copy: the bytes are ours during the call only.
        pieces.push(Buffer.from(bytes));
        return true;
      },
      onEnd: () => finish(null),
      onError: (why) => finish(why),
    },
    result: promise,
  };
}

export function readRange(
  store: CacheStore,
  entry: StoredEntry,
  from: number,
  to: number,
): Promise<ReadResult> {
  const { sink, result } = collect();
  store.read(entry, from, to, sink);
  return result;
}

export const readAll = (store: CacheStore, entry: StoredEntry): Promise<ReadResult> =>
  readRange(store, entry, 0, entry.bodyBytes);

/** Appends in pieces and waits where it must. */
export async function fill(
  writer: { append(bytes: Buffer): boolean; onDrain: () => void },
  body: Buffer,
  pieceBytes = 48_000,
): Promise<void> {
  for (let at = 0; at < body.length; at += pieceBytes) {
    if (writer.append(body.subarray(at, at + pieceBytes))) continue;
    await new Promise<void>((resolve) => {
      writer.onDrain = resolve;
    });
  }
}

/** Stores a whole response; throws where the store does not take it. */
export async function put(
  store: CacheStore,
  key: string,
  body: Buffer,
  options: {
    readonly response?: StoredResponse;
    readonly replaces?: readonly StoredEntry[];
    readonly isLengthKnown?: boolean;
  } = {},
): Promise<void> {
  const writer = store.write(key, options.response ?? response(), {
    bodyBytes: options.isLengthKnown === false ? null : body.length,
    replaces: options.replaces ?? [],
  });
  if (writer === null) throw new Error(`the store did not take ${key}`);
  await fill(writer, body);
  writer.commit();
}
