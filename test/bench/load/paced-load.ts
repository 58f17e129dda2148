/**
 * Requests at a set rate over kept connections, each timed from when it was due, not from when it was sent: a
 * server that stalls is charged for all that came due meanwhile.
 */
import { connect, type Socket } from "node:net";

export interface PacedLoad {
  readonly port: number;
  /** One whole request. */
  readonly request: string;
  readonly perSecond: number;
  readonly seconds: number;
  readonly connections: number;
}

export interface PacedResult {
  /** Milliseconds from due to the last byte of the answer, in no order. */
  readonly latenciesMs: readonly number[];
  /** Answers that were none or not 200. */
  readonly failures: number;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const DRAIN_MS = 5_000;

/** One connection: answers come in the order of the requests. */
class Line {
  readonly socket: Socket;
  readonly #done: (dueMs: number, isGood: boolean) => void;
  readonly #due: number[] = [];
  #pending: Buffer = Buffer.alloc(0);

  constructor(port: number, done: (dueMs: number, isGood: boolean) => void) {
    this.#done = done;
    this.socket = connect(port, "127.0.0.1");
    this.socket.setNoDelay(true);
    this.socket.on("data", (bytes: Buffer) => this.#read(bytes));
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      for (const dueMs of this.#due.splice(0)) this.#done(dueMs, false);
    });
  }

  ask(request: string, dueMs: number): void {
    this.#due.push(dueMs);
    this.socket.write(request, "latin1");
  }

  #read(bytes: Buffer): void {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    for (;;) {
      const headEnd = this.#pending.indexOf(HEAD_END);
      if (headEnd < 0) return;
      const head = this.#pending.toString("latin1", 0, headEnd);
      const end = headEnd + HEAD_END.length + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (this.#pending.length < end) return;
      this.#pending = this.#pending.subarray(end);
      const dueMs = this.#due.shift();
      if (dueMs !== undefined) this.#done(dueMs, head.startsWith("HTTP/1.1 200 "));
    }
  }
}

/** Runs the load to its end. */
export async function runPaced(load: PacedLoad, signal: AbortSignal): Promise<PacedResult> {
  const latenciesMs: number[] = [];
  let failures = 0;
  const finished = Promise.withResolvers<void>();
  const total = load.perSecond * load.seconds;
  const lines = Array.from(
    { length: load.connections },
    () =>
      new Line(load.port, (dueMs, isGood) => {
        if (isGood) latenciesMs.push(performance.now() - dueMs);
        else failures += 1;
        if (latenciesMs.length + failures === total) finished.resolve();
      }),
  );
  const startMs = performance.now() + 100;
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) * load.perSecond) / 1_000));
    for (; sent < due; sent += 1)
      lines[sent % lines.length]?.ask(load.request, startMs + (sent * 1_000) / load.perSecond);
  }, 1);
  const limit = setTimeout(() => finished.resolve(), load.seconds * 1_000 + DRAIN_MS);
  const onAbort = (): void => finished.resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  await finished.promise;
  signal.removeEventListener("abort", onAbort);
  clearInterval(timer);
  clearTimeout(limit);
  for (const { socket } of lines) socket.destroy();
  signal.throwIfAborted();
  return { latenciesMs, failures: failures + (total - latenciesMs.length - failures) };
}
