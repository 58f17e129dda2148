/**
 * The outside of netlink(7) messages, whatever they are about. Host byte order, which is little-endian
 * wherever this runs; messages and attributes are padded to four bytes.
 */

/** Length, type, flags, sequence, port. */
export const HEADER_BYTES = 16;
const ATTRIBUTE_HEADER_BYTES = 4;

/** Message types of the protocol itself. */
export const CONTROL = { error: 2, done: 3 } as const;
export const FLAG = {
  request: 0x1,
  ack: 0x4,
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
  append: 0x800,
  dump: 0x300,
} as const;
const NESTED = 0x8000;

export interface RawMessage {
  readonly type: number;
  readonly sequence: number;
  readonly body: Buffer;
}

/** How a request ended. */
export type NetlinkResult =
  /** 0, or the number of an error. */
  | { readonly kind: "result"; readonly sequence: number; readonly error: number }
  /** All parts of the answer have come. */
  | { readonly kind: "done"; readonly sequence: number };

const padded = (length: number): number => (length + 3) & ~3;

/** One attribute of a message. */
export function attribute(type: number, value: Uint8Array): Buffer {
  const bytes = Buffer.alloc(padded(ATTRIBUTE_HEADER_BYTES + value.length));
  bytes.writeUInt16LE(ATTRIBUTE_HEADER_BYTES + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(value, ATTRIBUTE_HEADER_BYTES);
  return bytes;
}

/** An attribute that consists of others. */
export const nested = (type: number, parts: readonly Uint8Array[]): Buffer =>
  attribute(type | NESTED, Buffer.concat(parts));

/** A request of that type, with its parts: a body of fixed layout and attributes. */
export function message(type: number, flags: number, sequence: number, parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const bytes = Buffer.concat([header, ...parts]);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags | FLAG.request, 6);
  bytes.writeUInt32LE(sequence, 8);
  return bytes;
}

/** The messages of one datagram, up to one that is cut off. Their bodies are views. */
export function messagesOf(bytes: Buffer): readonly RawMessage[] {
  const found: RawMessage[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    if (length < HEADER_BYTES || at + length > bytes.length) break;
    found.push({
      type: bytes.readUInt16LE(at + 4),
      sequence: bytes.readUInt32LE(at + 8),
      body: bytes.subarray(at + HEADER_BYTES, at + length),
    });
    at += padded(length);
  }
  return found;
}

/** What a message of a `CONTROL` type says; null when it is another or cut off. */
export function resultOf({ type, sequence, body }: RawMessage): NetlinkResult | null {
  if (type === CONTROL.done) return { kind: "done", sequence };
  if (type !== CONTROL.error || body.length < 4) return null;
  return { kind: "result", sequence, error: -body.readInt32LE(0) };
}

/** The attributes by their type, the last of each; values are views. */
export function attributesOf(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + ATTRIBUTE_HEADER_BYTES <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < ATTRIBUTE_HEADER_BYTES || at + length > bytes.length) break;
    found.set(bytes.readUInt16LE(at + 2), bytes.subarray(at + ATTRIBUTE_HEADER_BYTES, at + length));
    at += padded(length);
  }
  return found;
}
