/** Whether the gateway answers: asked once a second by its address, silent after three questions without answer. */
import { GATEWAY_ASK_MS, GATEWAY_MISSES_MAX } from "./limits.ts";

export class GatewayWatch {
  readonly #ask: () => void;
  readonly #tell: (answers: boolean) => void;
  #timer: NodeJS.Timeout | null = null;
  #unanswered = 0;

  constructor(ask: () => void, tell: (answers: boolean) => void) {
    this.#ask = ask;
    this.#tell = tell;
  }

  start(): void {
    this.#timer = setInterval(() => this.#askOnce(), GATEWAY_ASK_MS);
    this.#askOnce();
  }

  /** The gateway has answered, or has spoken by itself. */
  heard(): void {
    this.#unanswered = 0;
    this.#tell(true);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #askOnce(): void {
    if (this.#unanswered >= GATEWAY_MISSES_MAX) this.#tell(false);
    this.#unanswered = Math.min(this.#unanswered + 1, GATEWAY_MISSES_MAX);
    this.#ask();
  }
}
