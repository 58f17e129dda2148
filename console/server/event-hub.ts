/**
 * Live news to the pages (server-sent events): whoever has signed in gets the topics that it asked for. A reader
 * that does not read is cut off and comes again; nothing waits for it.
 */
import type { ServerResponse } from "node:http";
import type { EventData, EventName } from "#console/contract/events.ts";
import { STREAM_BUFFER_BYTES_MAX, STREAMS_MAX, STREAMS_PER_SESSION_MAX } from "./limits.ts";
import { Refusal } from "./refusal.ts";

export interface Stream {
  /** Who listens: a session's or a token's id. */
  readonly owner: string;
  readonly topics: ReadonlySet<EventName>;
  /** Whether the session still holds; asked at every beat. */
  readonly isAlive: () => boolean;
  readonly response: ServerResponse;
  /** What ends with it. */
  readonly onEnd: () => void;
}

const BEAT_MS = 5_000;

export class EventHub implements Disposable {
  readonly #streams = new Set<Stream>();
  readonly #beat: NodeJS.Timeout;

  constructor() {
    this.#beat = setInterval(() => this.#tick(), BEAT_MS);
    this.#beat.unref();
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Whether anybody listens to the topic. */
  wants(topic: EventName): boolean {
    return [...this.#streams].some(({ topics }) => topics.has(topic));
  }

  /** Throws a `Refusal` when there are too many. */
  add(stream: Stream): void {
    const own = [...this.#streams].filter(({ owner }) => owner === stream.owner);
    if (this.#streams.size >= STREAMS_MAX || own.length >= STREAMS_PER_SESSION_MAX)
      throw new Refusal("too-many", "too many pages listen already");
    this.#streams.add(stream);
    stream.response.once("close", () => {
      if (this.#streams.delete(stream)) stream.onEnd();
    });
  }

  /** Tells everybody who asked for the topic. */
  tell<N extends EventName>(name: N, data: EventData<N>): void {
    const text = eventText(name, data);
    for (const stream of this.#streams) if (stream.topics.has(name)) this.#write(stream, text);
  }

  /** Tells one. */
  tellOne<N extends EventName>(stream: Stream, name: N, data: EventData<N>): void {
    this.#write(stream, eventText(name, data));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#beat);
    for (const stream of this.#streams) this.#end(stream, "stopping");
  }

  #tick(): void {
    for (const stream of this.#streams) {
      if (stream.isAlive()) this.#write(stream, ":\n\n");
      else this.#end(stream, "idle");
    }
  }

  #write({ response }: Stream, text: string): void {
    if (response.writableLength > STREAM_BUFFER_BYTES_MAX) response.destroy();
    else response.write(text);
  }

  #end(stream: Stream, why: EventData<"end">["why"]): void {
    stream.response.end(eventText("end", { why }));
  }
}

const eventText = (name: EventName, data: unknown): string =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
