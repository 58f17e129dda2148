/** The machine, figures over time, access statistics, and the first page. */
import Type from "typebox";
import { PAIR_WARNINGS, Pair } from "./pair.ts";
import { closed, count, Instant, nullable, oneOf, text } from "./parts.ts";
import { Pending } from "./settings.ts";

const Share = Type.Number({ minimum: 0, maximum: 1, description: "from 0 to 1" });

export const Host = closed({
  hostname: text(255),
  os: text(255),
  kernel: text(255),
  architecture: text(32),
  model: text(255),
  now: Instant,
  timeZone: text(64),
  uptimeS: count(),
  cpu: closed({
    model: text(255),
    cores: count(),
    use: Share,
    perCore: Type.Array(Share),
    load: Type.Array(Type.Number()),
  }),
  memory: closed({
    totalBytes: count(),
    usedBytes: count(),
    availableBytes: count(),
    swapTotalBytes: count(),
    swapUsedBytes: count(),
  }),
  disks: Type.Array(
    closed({
      mount: text(4_096),
      device: text(4_096),
      type: text(64),
      sizeBytes: count(),
      usedBytes: count(),
      availableBytes: count(),
    }),
  ),
  network: Type.Array(
    closed({ interface: text(32), receivedBytesPerSecond: Type.Number(), sentBytesPerSecond: Type.Number() }),
  ),
  power: closed({ mayStop: Type.Boolean(), why: nullable(text(1_000)) }),
  /** How old these figures are: they are read on a timer. */
  ageMs: count(),
});
export type Host = Type.Static<typeof Host>;

export const Processes = closed({
  total: count(),
  /** Up to 200, the busiest first. */
  processes: Type.Array(
    closed({
      pid: count(),
      parent: count(),
      name: text(255),
      command: text(1_000),
      user: text(64),
      state: text(32),
      cpu: Type.Number(),
      memoryBytes: count(),
      startedAt: text(64),
    }),
  ),
});
export type Processes = Type.Static<typeof Processes>;
export const Power = closed({ action: oneOf("stop", "restart") });

/** What is measured over time. */
export const SERIES = [
  "requests",
  "hits",
  "receivedBytes",
  "sentBytes",
  "savedBytes",
  "errors",
  "connections",
  "tunnels",
  "cpu",
  "memory",
  "networkReceivedBytes",
  "networkSentBytes",
  "roundTripMs",
] as const;
export const SeriesName = oneOf(...SERIES);
export const SeriesQuery = closed({
  /** Names with commas between them; without it all. */
  names: Type.Optional(text(500)),
  /** hour: 5 s a step; day: 1 min; month: 1 h. */
  span: Type.Optional(oneOf("hour", "day", "month")),
});
export const Series = closed({
  stepMs: count(),
  /** Of the first value of each series. */
  from: Instant,
  /** Rates are per second. Null where nothing was measured. */
  series: Type.Array(closed({ name: SeriesName, values: Type.Array(nullable(Type.Number())) })),
});
export type Series = Type.Static<typeof Series>;

export const AccessQuery = closed({
  span: Type.Optional(oneOf("minute", "hour", "day", "month")),
  top: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
});
const Top = Type.Array(closed({ name: text(4_096), requests: count(), bytes: count() }));
export const AccessStatistics = closed({
  from: Instant,
  to: Instant,
  requests: count(),
  bytes: count(),
  hits: count(),
  hitRatio: nullable(Share),
  hosts: Top,
  clients: Top,
  statuses: Top,
  methods: Top,
  results: Top,
  /** Buckets over the span, the oldest first. */
  buckets: Type.Array(closed({ at: Instant, requests: count(), bytes: count(), hits: count() })),
  /** Rows that were not counted, because they were too many or could not be read. */
  leftOut: count(),
});
export type AccessStatistics = Type.Static<typeof AccessStatistics>;

/** Codes of alerts: the unit's own (src/control), the console's, and those of the pair with "pair-" before them. */
export const ALERT_CODES = [
  "unit-unreachable",
  "proxy-stopped",
  "reload-refused",
  "heartbeat-unreachable",
  "change-pending",
  "no-floating-address",
  "cache-store-errors",
  "access-log-failing",
  "network-not-applied",
  ...PAIR_WARNINGS.map((warning) => `pair-${warning}` as const),
] as const;
export type AlertCode = (typeof ALERT_CODES)[number];

export const Alert = closed({
  level: oneOf("error", "warning", "note"),
  /** The pages have a sentence of their own for each. */
  code: oneOf(...ALERT_CODES),
  message: text(1_000),
  /** What that sentence has in it. */
  parameters: Type.Record(Type.String(), Type.Union([text(1_000), Type.Number()])),
});
export type Alert = Type.Static<typeof Alert>;

export const Overview = closed({
  unit: text(64),
  version: text(64),
  at: Instant,
  proxy: closed({
    state: text(32),
    listening: Type.Array(text(100)),
    uptimeMs: nullable(count()),
    connections: count(),
    tunnels: count(),
  }),
  pair: Pair,
  traffic: closed({
    requestsPerSecond: Type.Number(),
    receivedBytesPerSecond: Type.Number(),
    sentBytesPerSecond: Type.Number(),
    requests: count(),
    errors: count(),
  }),
  cache: nullable(
    closed({
      entries: count(),
      memoryBytes: count(),
      diskBytes: count(),
      diskBytesMax: count(),
      hitRatio: nullable(Share),
    }),
  ),
  alerts: Type.Array(Alert),
  pending: nullable(Pending),
  generation: count(),
});
export type Overview = Type.Static<typeof Overview>;
