import type { Wire, WireHandler } from "#transport/wire.ts";

const UNHANDLED: WireHandler = { onData: () => true, onEnd: () => {}, onDrain: () => {}, onClose: () => {} };

/** A wire without a network: the test plays the other side and reads what was sent. */
export class FakeWire implements Wire {
  handler: WireHandler = UNHANDLED;
  remoteAddress = "192.0.2.10";
  readonly remotePort = 40_000;
  bytesRead = 0;
  bytesWritten = 0;
  unsentBytes = 0;
  closed = false;
  ended = false;
  wasReset = false;
  /** How many separate writes reached the "kernel". */
  writes = 0;
  /** The handler said false, and has not resumed since. */
  paused = false;
  /** The other side reads nothing: every write stays unsent until `drain`. */
  stalled = false;
  #sent: Buffer[] = [];
  #corked = false;

  /** Everything that was sent, as latin1. */
  get sent(): string {
    return Buffer.concat(this.#sent).toString("latin1");
  }

  /** What was sent since the last call. */
  takeSent(): string {
    const text = this.sent;
    this.#sent = [];
    return text;
  }

  /** The other side sends. Answers what the handler answered: whether it is done with the bytes. */
  receive(text: string | Buffer): boolean {
    const bytes = typeof text === "string" ? Buffer.from(text, "latin1") : text;
    this.bytesRead += bytes.length;
    const done = this.handler.onData(bytes);
    if (!done) this.paused = true;
    return done;
  }

  /** The other side closes its direction. */
  receiveEnd(): void {
    this.handler.onEnd();
  }

  /** The other side takes all that is unsent. */
  drain(): void {
    this.stalled = false;
    this.unsentBytes = 0;
    this.handler.onDrain();
  }

  post(piece: Buffer | string): void {
    if (typeof piece === "string") this.writeLatin1(piece);
    else this.write(piece);
  }

  write(bytes: Buffer): boolean {
    this.#sent.push(Buffer.from(bytes));
    this.bytesWritten += bytes.length;
    if (!this.#corked) this.writes += 1;
    if (this.stalled) this.unsentBytes += bytes.length;
    return !this.stalled;
  }

  writeLatin1(text: string): boolean {
    return this.write(Buffer.from(text, "latin1"));
  }

  cork(): void {
    this.#corked = true;
  }

  uncork(): boolean {
    this.#corked = false;
    this.writes += 1;
    return !this.stalled;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  settle(): void {}

  end(): void {
    this.ended = true;
  }

  destroy(): void {
    this.close(null);
  }

  reset(): void {
    this.wasReset = true;
    this.close(null);
  }

  /** The connection goes away, from either side. */
  close(errorCode: string | null): void {
    if (this.closed) return;
    this.closed = true;
    this.handler.onClose(errorCode);
  }
}
