/** Reads server-sent events for tests. */
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { until } from "./until.ts";

export interface SentEvent {
  readonly name: string;
  readonly data: unknown;
}

export class EventReader implements AsyncDisposable {
  readonly #request: ClientRequest;
  readonly #events: SentEvent[] = [];
  #rest = "";

  private constructor(outgoing: ClientRequest, response: IncomingMessage) {
    this.#request = outgoing;
    response.setEncoding("utf8");
    response.on("data", (text: string) => this.#take(text));
    response.on("error", () => {});
  }

  static open(url: string, cookie: string): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { headers: { cookie }, agent: false });
      outgoing.once("error", reject);
      outgoing.once("response", (response) => {
        outgoing.on("error", () => {});
        if (response.statusCode === 200) resolve(new EventReader(outgoing, response));
        else reject(new Error(`the stream was answered ${response.statusCode}`));
      });
      outgoing.end();
    });
  }

  /** The next event of that name; those of other names before it stay. */
  next(name: string, limitMs: number): Promise<SentEvent> {
    return until(() => {
      const at = this.#events.findIndex((event) => event.name === name);
      return at < 0 ? undefined : this.#events.splice(at, 1)[0];
    }, limitMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#request.destroy();
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const [, name] = /^event: (.*)$/m.exec(block) ?? [];
      const [, data] = /^data: (.*)$/m.exec(block) ?? [];
      if (name !== undefined && data !== undefined) this.#events.push({ name, data: JSON.parse(data) });
    }
  }
}
