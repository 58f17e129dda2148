/**
 * A TCP client for byte-exact dialogues: it sends what it is told and reads what arrives, with limits.
 * Its reader of answers is its own, and simple, so that it shares no mistake with the codec under test.
 */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const WAIT_MS = 10_000;
/** A peer that takes nothing for this long has stopped reading. */
const STALLED_MS = 400;
const HEAD_END = Buffer.from("\r\n\r\n");

/** How a connection ended for the client: an orderly FIN, or a reset. */
export type ConnectionEnd = "fin" | "reset";

export interface RawAnswer {
  readonly status: number;
  readonly statusLine: string;
  /** Field lines in order, names in lower case. */
  readonly fields: Fields;
  /** The combined value of a field by its lower-case name. */
  readonly field: (name: string) => string | undefined;
  readonly head: string;
  readonly body: Buffer;
  readonly trailers: Fields;
  /** Whether the body was as long as its framing said; a close-delimited one is whole after a FIN. */
  readonly complete: boolean;
}

export class RawClient implements AsyncDisposable {
  readonly socket: Socket;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #end: ConnectionEnd | null = null;
  #wake: (() => void) | null = null;
  #localPort = 0;

  /** Takes over a connected socket, which must allow a half-open state. */
  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("connect", () => {
      this.#localPort = socket.localPort ?? 0;
    });
    socket.on("data", (bytes: Buffer) => {
      this.#pending.push(bytes);
      this.#pendingBytes += bytes.length;
      this.#wake?.();
    });
    socket.on("end", () => this.#ended("fin"));
    socket.on("error", () => this.#ended("reset"));
    socket.on("close", (hadError) => this.#ended(hadError ? "reset" : "fin"));
  }

  /** Connects to a port on 127.0.0.1; either side may send FIN and go on reading. */
  static async open(port: number, localAddress = "127.0.0.1"): Promise<RawClient> {
    const socket = connect({ port, host: "127.0.0.1", localAddress, allowHalfOpen: true });
    socket.setNoDelay(true);
    const client = new RawClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", () => resolve());
      socket.once("error", reject);
    });
    return client;
  }

  #ended(how: ConnectionEnd): void {
    this.#end ??= how;
    this.#wake?.();
  }

  /** Our own port: what the proxy's log calls clientPort. */
  get localPort(): number {
    return this.#localPort;
  }

  /** Sends bytes, or a string with one byte a character. */
  send(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  /** Sends FIN: nothing more will come from here, but we still read. */
  finish(): void {
    this.socket.end();
  }

  /** Drops the connection with a reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Stops and starts reading, as a slow client does. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Sends `piece` again and again until the other side takes no more, or `bytesMax`; how much it was. */
  async sendUntilStalled(piece: Buffer, bytesMax: number): Promise<number> {
    let sent = 0;
    while (sent < bytesMax) {
      sent += piece.length;
      if (this.socket.write(piece)) continue;
      const drained = new Promise<boolean>((resolve) => this.socket.once("drain", () => resolve(true)));
      const stalled = pause(STALLED_MS, false, { ref: false });
      if (!(await Promise.race([drained, stalled]))) break;
    }
    return sent;
  }

  /** Bytes that have arrived and were not yet read by a test. */
  get unreadBytes(): number {
    return this.#pendingBytes;
  }

  /** Whether the other side has closed its direction. */
  get ended(): ConnectionEnd | null {
    return this.#end;
  }

  /** Waits for what `ready` wants of the bytes that have arrived; throws after the limit. */
  async #until<T>(what: string, ready: () => T | undefined, limitMs = WAIT_MS): Promise<T> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const found = ready();
      if (found !== undefined) return found;
      const left = deadline - performance.now();
      if (left <= 0 || this.#end !== null) {
        const why = this.#end === null ? `${limitMs} ms passed` : `the connection ended (${this.#end})`;
        const unread = JSON.stringify(this.#gather().toString("latin1", 0, 2_000));
        throw new Error(`waiting for ${what}: ${why}; unread: ${unread}`);
      }
      await this.#news(left);
    }
  }

  async #news(limitMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }

  #gather(): Buffer {
    if (this.#pending.length !== 1) this.#pending = [Buffer.concat(this.#pending)];
    return this.#pending[0] as Buffer;
  }

  #take(count: number): Buffer {
    const all = this.#gather();
    assert(count <= all.length);
    this.#pending = [all.subarray(count)];
    this.#pendingBytes = all.length - count;
    return all.subarray(0, count);
  }

  /** The next `count` bytes. */
  async bytes(count: number, limitMs?: number): Promise<Buffer> {
    await this.#until(`${count} bytes`, () => (this.#pendingBytes >= count ? true : undefined), limitMs);
    return this.#take(count);
  }

  /** The next bytes up to the end of `marker`, which included. */
  async through(marker: string, limitMs?: number): Promise<string> {
    const wanted = Buffer.from(marker, "latin1");
    const end = await this.#until(
      JSON.stringify(marker),
      () => {
        const at = this.#gather().indexOf(wanted);
        return at < 0 ? undefined : at + wanted.length;
      },
      limitMs,
    );
    return this.#take(end).toString("latin1");
  }

  /** Waits for the other side to close, and returns how, with the bytes that came before. */
  async closed(limitMs = WAIT_MS): Promise<{ readonly how: ConnectionEnd; readonly rest: Buffer }> {
    const deadline = performance.now() + limitMs;
    while (this.#end === null) {
      const left = deadline - performance.now();
      if (left <= 0) {
        const unread = this.#gather().toString("latin1", 0, 2_000);
        throw new Error(
          `the connection is still open after ${limitMs} ms; unread: ${JSON.stringify(unread)}`,
        );
      }
      await this.#news(left);
    }
    return { how: this.#end, rest: this.#take(this.#pendingBytes) };
  }

  /** Reads one answer, by its own framing. `method` is what it answers. */
  async answer(method = "GET", limitMs?: number): Promise<RawAnswer> {
    const end = await this.#until(
      "the head of an answer",
      () => {
        const at = this.#gather().indexOf(HEAD_END);
        return at < 0 ? undefined : at + HEAD_END.length;
      },
      limitMs,
    );
    const head = this.#take(end).toString("latin1");
    const [statusLine = "", ...lines] = head.slice(0, -HEAD_END.length).split("\r\n");
    assert.match(statusLine, /^HTTP\/1\.[01] [1-5][0-9][0-9] /, "a status line");
    const fields = lines.map(splitField);
    const status = Number(statusLine.slice(9, 12));
    const field = lookup(fields);
    const bodiless =
      method === "HEAD" ||
      status < 200 ||
      status === 204 ||
      status === 304 ||
      (method === "CONNECT" && status < 300);
    const content = bodiless ? WHOLE_NOTHING : await this.#content(field);
    return { status, statusLine, fields, field, head, ...content };
  }

  /** A request head, if a whole one has arrived: it is taken, its body is not. */
  takeRequestHead(): RawRequest | undefined {
    const end = this.#gather().indexOf(HEAD_END);
    if (end < 0) return undefined;
    const head = this.#take(end + HEAD_END.length).toString("latin1");
    const [line = "", ...lines] = head.slice(0, -HEAD_END.length).split("\r\n");
    const fields = lines.map(splitField);
    const field = lookup(fields);
    const content = () => this.#content(field);
    return { connection: this, head, line, path: line.split(" ")[1] ?? "", fields, field, content };
  }

  async #content(field: (name: string) => string | undefined): Promise<MessageContent> {
    if (field("transfer-encoding") !== undefined) {
      assert.equal(field("transfer-encoding"), "chunked");
      assert.equal(field("content-length"), undefined, "no Content-Length beside Transfer-Encoding");
      return this.#chunked();
    }
    const length = field("content-length");
    if (length === undefined) {
      const { how, rest } = await this.closed();
      return { body: rest, trailers: [], complete: how === "fin" };
    }
    try {
      return { body: await this.bytes(Number(length)), trailers: [], complete: true };
    } catch {
      return { body: this.#take(this.#pendingBytes), trailers: [], complete: false };
    }
  }

  async #chunked(): Promise<MessageContent> {
    const pieces: Buffer[] = [];
    try {
      for (;;) {
        const size = await this.through("\r\n");
        assert.match(size, /^[0-9A-Fa-f]+\r\n$/, "a chunk size");
        const count = Number.parseInt(size, 16);
        if (count === 0) break;
        pieces.push(await this.bytes(count));
        assert.equal((await this.bytes(2)).toString("latin1"), "\r\n", "CRLF after a chunk");
      }
      const trailers: (readonly [string, string])[] = [];
      for (let line = await this.through("\r\n"); line !== "\r\n"; line = await this.through("\r\n")) {
        trailers.push(splitField(line.slice(0, -2)));
      }
      return { body: Buffer.concat(pieces), trailers, complete: true };
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      return { body: Buffer.concat(pieces), trailers: [], complete: false };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.closed) return;
    const gone = new Promise<void>((resolve) => this.socket.once("close", () => resolve()));
    this.socket.destroy();
    await gone;
  }
}

/** A request as a raw origin received it. */
export interface RawRequest {
  readonly connection: RawClient;
  readonly head: string;
  readonly line: string;
  readonly path: string;
  readonly fields: Fields;
  /** The combined value of a field by its lower-case name. */
  readonly field: (name: string) => string | undefined;
  /** Reads the body, by its framing. */
  readonly content: () => Promise<MessageContent>;
}

type Fields = readonly (readonly [string, string])[];

const lookup = (fields: Fields) => (name: string) => {
  const values = fields.filter(([candidate]) => candidate === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(", ");
};

/** A body, and how it ended. */
export interface MessageContent {
  readonly body: Buffer;
  readonly trailers: Fields;
  readonly complete: boolean;
}

const WHOLE_NOTHING: MessageContent = { body: Buffer.alloc(0), trailers: [], complete: true };

function splitField(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  assert(colon > 0, `a field line: ${JSON.stringify(line)}`);
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
