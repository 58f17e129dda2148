/**
 * Node's own llhttp, strict, as an oracle: what it refuses we must not accept, and what both accept must
 * be the same messages. It is a lower bound: we refuse much that it takes.
 */
import { createRequire } from "node:module";

interface LlhttpParser {
  initialize(type: number, resource: object, headBytesMax: number, lenientFlags: number): void;
  execute(bytes: Buffer): number | (Error & { readonly code: string; readonly reason: string });
  [callback: number]: (...values: never[]) => unknown;
}

interface LlhttpClass {
  new (): LlhttpParser;
  readonly REQUEST: number;
  readonly RESPONSE: number;
  readonly kOnHeaders: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
}

const { HTTPParser, methods } = createRequire(import.meta.url)("_http_common") as {
  readonly HTTPParser: LlhttpClass;
  readonly methods: readonly string[];
};

export interface OracleMessage {
  /** Method and target, or status. */
  readonly start: string;
  readonly pairs: readonly (readonly [string, string])[];
  body: string;
  complete: boolean;
  upgrade: boolean;
}

export interface OracleAnswer {
  /** llhttp's error code, null when it accepted. */
  readonly error: string | null;
  readonly messages: readonly OracleMessage[];
}

const HEAD_BYTES_MAX = 1 << 20;

const pairsOf = (flat: readonly string[]): (readonly [string, string])[] =>
  Array.from({ length: flat.length / 2 }, (_, index) => [
    flat[index * 2] as string,
    flat[index * 2 + 1] as string,
  ]);

/** Whether llhttp knows the method at all: it refuses others, which is no strictness. */
export const isKnownToLlhttp = (method: string): boolean => methods.includes(method);

/** One for all inputs, as Node's server reuses its own: a new one each would live until it is closed. */
const parser = new HTTPParser();

/** Runs llhttp over the bytes. `skipsBody` is what Node does for the answer to HEAD. */
export function askLlhttp(kind: "request" | "response", bytes: Buffer, skipsBody: boolean): OracleAnswer {
  parser.initialize(kind === "request" ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {}, HEAD_BYTES_MAX, 0);
  const messages: OracleMessage[] = [];
  let early: string[] = [];
  let earlyUrl = "";
  // Node hands out fields 32 at a time, and the target with them; trailers come this way too.
  parser[HTTPParser.kOnHeaders] = (flat: string[], url: string) => {
    early.push(...flat);
    earlyUrl += url;
  };
  parser[HTTPParser.kOnHeadersComplete] = (
    ...[, , flat, method, url, status, , upgrade]: [
      number,
      number,
      string[] | undefined,
      number,
      string | undefined,
      number,
      string,
      boolean,
    ]
  ) => {
    const start = kind === "request" ? `${methods[method]} ${earlyUrl}${url ?? ""}` : `${status}`;
    messages.push({ start, pairs: pairsOf([...early, ...(flat ?? [])]), body: "", complete: false, upgrade });
    early = [];
    earlyUrl = "";
    return skipsBody ? 1 : 0;
  };
  parser[HTTPParser.kOnBody] = (piece: Buffer) => {
    const message = messages.at(-1);
    if (message !== undefined) message.body += piece.toString("latin1");
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    const message = messages.at(-1);
    if (message !== undefined) message.complete = true;
    early = [];
    earlyUrl = "";
  };
  const result = parser.execute(bytes);
  return { error: typeof result === "number" ? null : `${result.code} ${result.reason}`, messages };
}
