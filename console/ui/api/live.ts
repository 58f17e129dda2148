/**
 * Live news by server-sent events: opened again with growing pauses when they break off, and with the time
 * of the last news, so that pages can say how old it is what they show.
 */
import { type Signal, signal } from "@preact/signals";
import type { EventData, EventName, Topic } from "#console/contract/events.ts";
import type { QueryOf } from "#console/contract/routes.ts";
import { endpointUrl } from "./endpoint-url.ts";

type Handlers = { readonly [N in EventName]?: (data: EventData<N>) => void };

export type LiveState = "connecting" | "open" | "lost";

export interface LiveFeed {
  readonly state: Signal<LiveState>;
  /** When anything last came, by this browser's clock; 0 before that. */
  readonly heardAt: Signal<number>;
  close(): void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

interface FeedOptions {
  readonly topics: readonly Topic[];
  readonly filter?: Omit<QueryOf<"events.stream">, "topics">;
  readonly handlers: Handlers;
}

/** Opens a feed; it goes on until it is closed or the session ends. */
export function openFeed({ topics, filter = {}, handlers }: FeedOptions): LiveFeed {
  const state = signal<LiveState>("connecting");
  const heardAt = signal(0);
  const url = new URL(
    endpointUrl("events.stream", {}, { topics: topics.join(","), ...filter }),
    document.baseURI,
  );
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pauseMs = FIRST_PAUSE_MS;

  const open = (): void => {
    const opened = new EventSource(url);
    source = opened;
    opened.onopen = () => {
      state.value = "open";
      heardAt.value = Date.now();
      pauseMs = FIRST_PAUSE_MS;
    };
    // The browser's own reconnection gives up at the first refusal: this one does not.
    opened.onerror = () => {
      opened.close();
      state.value = "lost";
      timer = setTimeout(open, pauseMs);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    };
    for (const name of Object.keys(handlers) as readonly EventName[])
      opened.addEventListener(name, (event) => {
        heardAt.value = Date.now();
        const data: unknown = JSON.parse(event.data as string);
        (handlers[name] as ((data: unknown) => void) | undefined)?.(data);
      });
  };
  open();
  return {
    state,
    heardAt,
    close: () => {
      clearTimeout(timer);
      source?.close();
    },
  };
}
