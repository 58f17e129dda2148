/** Live news, as server-sent events: `event:` is the topic, `data:` the JSON of its schema. */
import Type from "typebox";
import { Alert } from "./host.ts";
import { LogFilter, LogName, LogRow } from "./logs.ts";
import { Pair } from "./pair.ts";
import { closed, count, Instant, nullable, oneOf, text } from "./parts.ts";
import { Service } from "./proxy.ts";
import { Pending } from "./settings.ts";

export const TOPICS = ["pair", "figures", "alerts", "settings", "services", "log"] as const;
export type Topic = (typeof TOPICS)[number];

export const EventsQuery = closed({
  /** Topics with commas between them. */
  topics: text(200),
  /** For the topic log. */
  log: Type.Optional(LogName),
  ...LogFilter,
});

/** Once a second. */
export const Figures = closed({
  at: Instant,
  /** Null for what could not be measured; names of SERIES. */
  values: Type.Record(Type.String(), nullable(Type.Number())),
});
export type Figures = Type.Static<typeof Figures>;

/** At every change of the generation or of what waits, also when others make it. */
export const SettingsNews = closed({ generation: count(), author: text(200), pending: nullable(Pending) });
export type SettingsNews = Type.Static<typeof SettingsNews>;

/** At most 200 rows a second; `leftOut` says how many more there were since the event before. */
export const LogNews = closed({ log: LogName, rows: Type.Array(LogRow), leftOut: count() });
export type LogNews = Type.Static<typeof LogNews>;

export const EVENTS = {
  pair: Pair,
  figures: Figures,
  alerts: closed({ alerts: Type.Array(Alert) }),
  settings: SettingsNews,
  services: closed({ services: Type.Array(Service) }),
  log: LogNews,
  /** The session has ended: nothing follows. */
  end: closed({ why: oneOf("signed-out", "idle", "stopping") }),
} as const;
export type EventName = keyof typeof EVENTS;
export type EventData<N extends EventName> = Type.Static<(typeof EVENTS)[N]>;
