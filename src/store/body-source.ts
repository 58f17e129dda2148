/**
 * Hands the bytes of a body to a sink, piece by piece as the sink takes them. Where a piece comes from,
 * memory, a file or a writer that still receives it, is the source's business; order, back-pressure and "no
 * call during the call that starts it" are settled here, once.
 */
import type { BodyReader, BodySink } from "#caching/cache-store.ts";

export type Piece =
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  | { readonly kind: "end" }
  | { readonly kind: "failed"; readonly why: string }
  /** Nothing now: the source calls `pump.wake` when there is. */
  | { readonly kind: "wait" };

export interface BodySource {
  /** The bytes from `at` on, as many as are at hand. */
  take(at: number): Piece;
  /** No more calls: files may be closed. */
  close(): void;
}

export class BodyPump implements BodyReader {
  readonly #sink: BodySink;
  readonly #to: number;
  #source: BodySource | null = null;
  #at: number;
  #isHeld = false;
  #isScheduled = false;
  #isRunning = false;

  /** Delivers bytes `from` up to but not including `to`; `to` may be Infinity where the end is not known. */
  constructor(from: number, to: number, sink: BodySink) {
    this.#at = from;
    this.#to = to;
    this.#sink = sink;
  }

  start(source: BodySource): void {
    this.#source = source;
    this.wake();
  }

  /** The source has something. */
  wake(): void {
    if (this.#isScheduled || this.#isHeld || this.#source === null) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#run();
    });
  }

  resume(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    // Within onBody, the loop below goes on by itself.
    if (!this.#isRunning) this.wake();
  }

  abort(): void {
    this.#close();
  }

  #run(): void {
    this.#isRunning = true;
    while (this.#source !== null && !this.#isHeld) {
      const piece: Piece = this.#at >= this.#to ? { kind: "end" } : this.#source.take(this.#at);
      if (piece.kind === "wait") break;
      if (piece.kind === "bytes") this.#deliver(piece.bytes);
      else this.#finish(piece);
    }
    this.#isRunning = false;
  }

  #deliver(all: Buffer): void {
    const bytes = all.length > this.#to - this.#at ? all.subarray(0, this.#to - this.#at) : all;
    this.#at += bytes.length;
    this.#isHeld = true;
    if (this.#sink.onBody(bytes)) this.#isHeld = false;
  }

  #finish(piece: { readonly kind: "end" } | { readonly kind: "failed"; readonly why: string }): void {
    this.#close();
    if (piece.kind === "end") this.#sink.onEnd();
    else this.#sink.onError(piece.why);
  }

  #close(): void {
    const source = this.#source;
    this.#source = null;
    source?.close();
  }
}

/** A body that is in memory, whole. */
export function memorySource(body: Buffer): BodySource {
  return {
    take: (at) => (at < body.length ? { kind: "bytes", bytes: body.subarray(at) } : { kind: "end" }),
    close: () => {},
  };
}
