/**
 * One keep-alive client connection to a proxy that checks every answer. A connection that the proxy closes
 * between requests is opened again without complaint; one that ends with a request under way is a failure.
 */
import { createConnection, type Socket } from "node:net";

const ANSWER_WITHIN_MS = 15_000;
const HEAD_END = "\r\n\r\n";

export interface Endpoint {
  readonly port: number;
  /** host:port of the origin. */
  readonly authority: string;
  /** To spread clients over addresses of the loopback network. */
  readonly localAddress?: string;
}

export type Answer =
  | { readonly ok: true; readonly head: string; readonly body: string }
  | { readonly ok: false; readonly why: string };

export class CheckedConnection {
  readonly #endpoint: Endpoint;
  #socket: Socket | null = null;
  #text = "";
  #settle: ((answer: Answer) => void) | null = null;
  #reconnects = -1;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** How often the connection had to be opened again. */
  get reconnects(): number {
    return Math.max(0, this.#reconnects);
  }

  get isOpen(): boolean {
    return this.#socket !== null;
  }

  /** Sends one GET and waits for the whole answer; one at a time. */
  request(path: string): Promise<Answer> {
    const { authority } = this.#endpoint;
    return this.#ask(`GET http://${authority}${path} HTTP/1.1\r\nHost: ${authority}${HEAD_END}`);
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.destroy();
    this.#finish({ ok: false, why: "closed by the test" });
  }

  #ask(head: string): Promise<Answer> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#socket ??= this.#open();
      this.#socket.write(head, "latin1");
    });
  }

  #open(): Socket {
    this.#reconnects += 1;
    this.#text = "";
    const { port, localAddress } = this.#endpoint;
    const socket = createConnection({
      host: "127.0.0.1",
      port,
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    socket.setEncoding("latin1");
    socket.setTimeout(ANSWER_WITHIN_MS, () => {
      if (this.#settle !== null) this.#end(socket, `no answer within ${ANSWER_WITHIN_MS / 1_000} s`);
    });
    socket.on("data", (text: string) => this.#onText(socket, text));
    socket.on("error", (error: NodeJS.ErrnoException) => this.#end(socket, error.code ?? error.message));
    socket.on("end", () => this.#end(socket, "the connection ended with a request under way"));
    socket.on("close", () => this.#end(socket, "the connection closed with a request under way"));
    return socket;
  }

  #onText(socket: Socket, text: string): void {
    if (socket !== this.#socket) return;
    this.#text += text;
    if (this.#settle === null) {
      this.#end(socket, "bytes that nobody asked for");
      return;
    }
    const headEnd = this.#text.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#text.slice(0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) {
      this.#end(socket, `no length: ${head.slice(0, 60)}`);
      return;
    }
    const bodyEnd = headEnd + HEAD_END.length + Number(length);
    if (this.#text.length < bodyEnd) return;
    const body = this.#text.slice(headEnd + HEAD_END.length, bodyEnd);
    this.#text = this.#text.slice(bodyEnd);
    if (/\r\nconnection:[^\r]*\bclose\b/i.test(head)) {
      this.#socket = null;
      socket.destroy();
    }
    if (head.startsWith("HTTP/1.1 200 ")) this.#finish({ ok: true, head, body });
    else this.#finish({ ok: false, why: `${head.slice(0, 60).split("\r\n")[0]}` });
  }

  #end(socket: Socket, why: string): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    socket.destroy();
    this.#finish({ ok: false, why });
  }

  #finish(answer: Answer): void {
    const settle = this.#settle;
    this.#settle = null;
    settle?.(answer);
  }
}
