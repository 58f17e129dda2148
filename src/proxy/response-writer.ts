import type { FieldList } from "#http/field-list.ts";
import { CHUNK_END, chunkSizeLine, lastChunkText } from "#http1/serialize.ts";
import type { Wire } from "#transport/wire.ts";
import { COPY_BYTES_MAX } from "./limits.ts";

/**
 * Writes answers to a client: the head waits for the first piece of the body, so that a small answer
 * is one write (a second system call costs more than copying 16 KiB). Whatever waits is sent by
 * `flush`, which the transaction calls once the current event is over.
 */
export class ResponseWriter {
  readonly #wire: Wire;
  #head: string | null = null;
  /** A small chunk that waits for the end of the body. */
  #waiting: Buffer | null = null;
  #chunked = false;
  /** Bytes handed to the wire so far. */
  sentBytes = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Begins an answer. `chunked`: the body gets chunk framing (RFC 9112 section 7.1). */
  begin(headText: string, chunked: boolean): void {
    this.#head = headText;
    this.#chunked = chunked;
  }

  /** Whether something waits for `flush`. */
  get pending(): boolean {
    return this.#head !== null || this.#waiting !== null;
  }

  /** Sends what waits. Same answer as Wire.write. */
  flush(): boolean {
    const head = this.#head;
    const waiting = this.#waiting;
    this.#head = null;
    this.#waiting = null;
    if (head !== null) {
      this.sentBytes += head.length;
      return this.#wire.writeLatin1(head);
    }
    return waiting === null ? true : this.#post(waiting);
  }

  /** One piece of the body. Same answer as Wire.write: false holds `bytes`. */
  body(bytes: Buffer): boolean {
    if (bytes.length === 0) return true;
    if (this.#waiting !== null) this.flush();
    if (bytes.length > COPY_BYTES_MAX) return this.#writeGathered(bytes);
    if (this.#head === null && !this.#chunked) return this.#write(bytes);
    const joined = this.#join(bytes);
    if (!this.#chunked) return this.#post(joined);
    this.#waiting = joined;
    return true;
  }

  /** A whole answer with its head, which nobody writes to any more. */
  whole(message: Buffer): void {
    this.#post(message);
  }

  /** The body is complete. */
  end(trailers: FieldList | null): void {
    if (this.#chunked) {
      const last = lastChunkText(trailers);
      const waiting = this.#waiting;
      this.#waiting = null;
      if (waiting !== null) {
        this.#post(Buffer.concat([waiting, Buffer.from(last, "latin1")]));
        return;
      }
      this.#head = this.#head === null ? last : this.#head + last;
    }
    this.flush();
  }

  /** For bytes that are ours alone. True unless the client is behind. */
  #post(bytes: Buffer): boolean {
    this.sentBytes += bytes.length;
    this.#wire.post(bytes);
    return this.#wire.unsentBytes === 0;
  }

  #write(bytes: Buffer): boolean {
    this.sentBytes += bytes.length;
    return this.#wire.write(bytes);
  }

  /** Head (if it still waits), chunk size, piece and chunk end in one buffer. */
  #join(bytes: Buffer): Buffer {
    const before = (this.#head ?? "") + (this.#chunked ? chunkSizeLine(bytes.length) : "");
    const after = this.#chunked ? CHUNK_END : "";
    this.#head = null;
    const joined = Buffer.allocUnsafe(before.length + bytes.length + after.length);
    joined.write(before, 0, "latin1");
    joined.set(bytes, before.length);
    if (after !== "") joined.write(after, before.length + bytes.length, "latin1");
    return joined;
  }

  #writeGathered(bytes: Buffer): boolean {
    const before = (this.#head ?? "") + (this.#chunked ? chunkSizeLine(bytes.length) : "");
    this.#head = null;
    if (before === "") return this.#write(bytes);
    this.#wire.cork();
    this.#wire.writeLatin1(before);
    this.#wire.write(bytes);
    if (this.#chunked) this.#wire.writeLatin1(CHUNK_END);
    this.sentBytes += before.length + bytes.length + (this.#chunked ? CHUNK_END.length : 0);
    return this.#wire.uncork();
  }
}
