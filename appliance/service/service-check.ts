/** Whether a service of this unit is alive: asked over and over, from outside its process. */
import { connect, type Socket } from "node:net";

const CHECK_MS = 500;
/** A service at full load answers later; one that hangs does not answer at all. */
const ANSWER_MS = 3_000;
const TIMEOUTS_MAX = 2;
/** The first line of an answer; a status of 500 or more is none that a client can use. */
const USABLE_ANSWER = /^HTTP\/1\.[01] [1-4]\d\d\b/;
const STATUS_BYTES = 12;

/** `http`: it must answer a request, and not with a status of 500 or more. `tcp`: it must accept. */
export interface ServicePlace {
  readonly protocol: "http" | "tcp";
  readonly address: string;
  readonly port: number;
  readonly path: string;
}

type Result = "answered" | "refused" | "timeout";

/** Asks once and tells the result, on a socket of its own that the caller may destroy. */
function ask({ protocol, address, port, path }: ServicePlace, done: (result: Result) => void): Socket {
  const socket = connect({ host: address, port });
  const timer = setTimeout(() => end("timeout"), ANSWER_MS);
  const end = (result: Result): void => {
    clearTimeout(timer);
    socket.destroy();
    done(result);
  };
  let answer = "";
  socket.once("connect", () => {
    if (protocol === "tcp") end("answered");
    else
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostOf(address)}:${port}\r\nConnection: close\r\n\r\n`);
  });
  socket.on("data", (bytes) => {
    answer += bytes.toString("latin1");
    if (answer.length >= STATUS_BYTES) end(USABLE_ANSWER.test(answer) ? "answered" : "refused");
  });
  socket.once("end", () => end("refused"));
  socket.once("error", () => end("refused"));
  socket.once("close", () => clearTimeout(timer));
  return socket;
}

const hostOf = (address: string): string => (address.includes(":") ? `[${address}]` : address);

export class ServiceCheck implements Disposable {
  readonly #place: ServicePlace;
  readonly #tell: (alive: boolean) => void;
  #timer: NodeJS.Timeout | null = null;
  #socket: Socket | null = null;
  #timeouts = 0;
  #isClosed = false;

  /** Begins at once; `tell` hears the result of each check. */
  constructor(place: ServicePlace, tell: (alive: boolean) => void) {
    this.#place = place;
    this.#tell = tell;
    this.checkNow();
  }

  /** Checks without waiting for the next turn, unless one is under way. */
  checkNow(): void {
    if (this.#isClosed || this.#socket !== null) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const socket = ask(this.#place, (result) => this.#finish(socket, result));
    this.#socket = socket;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  /** The first result of a question counts. */
  #finish(socket: Socket, result: Result): void {
    if (this.#isClosed || this.#socket !== socket) return;
    this.#socket = null;
    this.#timeouts = result === "timeout" ? this.#timeouts + 1 : 0;
    if (result !== "timeout" || this.#timeouts >= TIMEOUTS_MAX) this.#tell(result === "answered");
    this.#timer = setTimeout(() => this.checkNow(), CHECK_MS);
  }
}
