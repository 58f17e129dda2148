/** A tunnel to an echo server that keeps sending and compares every byte that comes back. */
import { createConnection, type Socket } from "node:net";
import { assert } from "#base/assert.ts";

const SETUP_WITHIN_MS = 10_000;
const ECHO_WITHIN_MS = 10_000;
const PIECE_BYTES_MAX = 4_096;
const PERIOD = 251; // a prime, so that shifted or repeated pieces never match
const PAUSE_MS = 100;

/** Bytes whose value follows from their place: `PATTERN[i] = i mod PERIOD`. */
const PATTERN = Buffer.from(Array.from({ length: 128 * 1024 + PERIOD }, (_, index) => index % PERIOD));

export interface TunnelEndpoint {
  readonly port: number;
  /** host:port of the echo server. */
  readonly authority: string;
  /** Shifts the pattern, so that bytes of another tunnel never match. */
  readonly shift: number;
}

export class EchoTunnel {
  readonly #socket: Socket;
  readonly #shift: number;
  #sent = 0;
  #received = 0;
  #fault: string | null = null;
  #isOpen = false;
  #isEnding = false;
  #onChange: (() => void) | null = null;
  #timer: NodeJS.Timeout | null = null;

  private constructor(endpoint: TunnelEndpoint) {
    this.#shift = endpoint.shift;
    this.#socket = createConnection({
      host: "127.0.0.1",
      port: endpoint.port,
      noDelay: true,
      allowHalfOpen: true,
    });
    this.#socket.on("data", (bytes: Buffer) => this.#onBytes(bytes));
    this.#socket.on("error", (error: NodeJS.ErrnoException) => this.#fail(error.code ?? error.message));
    this.#socket.on("end", () => this.#onEnd());
    this.#socket.on("close", () => this.#fail("closed early"));
    const { authority } = endpoint;
    this.#socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`, "latin1");
  }

  /** Opens a tunnel and begins to send; a tunnel that could not be opened has a fault. */
  static async open(endpoint: TunnelEndpoint): Promise<EchoTunnel> {
    const tunnel = new EchoTunnel(endpoint);
    await tunnel.#until(() => tunnel.#isOpen, SETUP_WITHIN_MS, "no 200 to CONNECT");
    if (tunnel.#fault === null) tunnel.#sendOn();
    return tunnel;
  }

  /** What went wrong first; null while all is well. */
  get fault(): string | null {
    return this.#fault;
  }

  get bytesEchoed(): number {
    return this.#received;
  }

  /** Waits for what is outstanding, closes its half, waits for the other; gives the fault or null. */
  async finish(): Promise<string | null> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#until(() => this.#received === this.#sent, ECHO_WITHIN_MS, "bytes that never came back");
    this.#isEnding = true;
    this.#socket.end();
    await this.#until(() => !this.#isOpen, ECHO_WITHIN_MS, "the far half was never closed");
    this.#socket.destroy();
    return this.#fault;
  }

  #sendOn(): void {
    const from = (this.#sent + this.#shift) % PERIOD;
    const bytes = 1 + ((this.#sent * 7 + this.#shift * 131) % PIECE_BYTES_MAX);
    this.#sent += bytes;
    this.#socket.write(PATTERN.subarray(from, from + bytes));
    this.#timer = setTimeout(() => this.#sendOn(), PAUSE_MS);
  }

  #onBytes(bytes: Buffer): void {
    let payload = bytes;
    if (!this.#isOpen) {
      const head = bytes.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0 || !/^HTTP\/1\.[01] 200 /.test(head)) {
        this.#fail(`not a 200: ${head.slice(0, 60)}`);
        return;
      }
      this.#isOpen = true;
      payload = bytes.subarray(end + 4);
    }
    const from = (this.#received + this.#shift) % PERIOD;
    assert(from + payload.length <= PATTERN.length, "a read is at most 64 KiB");
    if (!payload.equals(PATTERN.subarray(from, from + payload.length))) {
      this.#fail("other bytes came back");
      return;
    }
    this.#received += payload.length;
    this.#onChange?.();
  }

  #onEnd(): void {
    if (!this.#isEnding) {
      this.#fail("ended early");
      return;
    }
    this.#isOpen = false;
    this.#onChange?.();
  }

  #fail(why: string): void {
    if (this.#isEnding && !this.#isOpen) return;
    this.#fault ??= why;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket.destroy();
    this.#onChange?.();
  }

  #until(reached: () => boolean, limitMs: number, why: string): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#fail(why), limitMs);
      this.#onChange = () => {
        if (!reached() && this.#fault === null) return;
        clearTimeout(timer);
        this.#onChange = null;
        resolve();
      };
      this.#onChange();
    });
  }
}
