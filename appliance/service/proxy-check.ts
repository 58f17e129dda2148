/** Whether the proxy of this unit answers a real request: asked over and over, from outside its process. */
import { Agent, type ClientRequest, get } from "node:http";

const CHECK_MS = 500;
/** A proxy at full load answers later; one that hangs does not answer at all. */
const ANSWER_MS = 3_000;
const TIMEOUTS_MAX = 2;

export interface ProxyAddress {
  readonly address: string;
  readonly port: number;
}

export class ProxyCheck implements Disposable {
  readonly #at: ProxyAddress;
  readonly #tell: (alive: boolean) => void;
  readonly #agent = new Agent({ keepAlive: false });
  #timer: NodeJS.Timeout | null = null;
  #request: ClientRequest | null = null;
  #timeouts = 0;
  #isClosed = false;

  /** Begins at once; `tell` hears the result of each check. */
  constructor(at: ProxyAddress, tell: (alive: boolean) => void) {
    this.#at = at;
    this.#tell = tell;
    this.checkNow();
  }

  /** Checks without waiting for the next turn, unless one is under way. */
  checkNow(): void {
    if (this.#isClosed || this.#request !== null) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const { address, port } = this.#at;
    let isTimeout = false;
    const request = get({ host: address, port, path: "/", agent: this.#agent, timeout: ANSWER_MS });
    this.#request = request;
    request.once("response", (response) => {
      response.resume();
      response.once("error", () => {});
      this.#finish(request, "answered");
    });
    request.once("timeout", () => {
      isTimeout = true;
      request.destroy();
    });
    request.on("error", () => this.#finish(request, isTimeout ? "timeout" : "refused"));
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#request?.destroy();
    this.#agent.destroy();
  }

  #finish(request: ClientRequest, result: "answered" | "refused" | "timeout"): void {
    if (this.#isClosed || this.#request !== request) return;
    this.#request = null;
    this.#timeouts = result === "timeout" ? this.#timeouts + 1 : 0;
    if (result !== "timeout" || this.#timeouts >= TIMEOUTS_MAX) this.#tell(result === "answered");
    this.#timer = setTimeout(() => this.checkNow(), CHECK_MS);
  }
}
