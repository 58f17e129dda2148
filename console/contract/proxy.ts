/** The proxy and the other services of the unit. */
import Type from "typebox";
import { Alert } from "./host.ts";
import { closed, count, Instant, nullable, oneOf, text } from "./parts.ts";

export const Counters = Type.Record(Type.String(), Type.Number());

export const ProxyState = closed({
  state: oneOf("starting", "serving", "draining", "stopped", "unreachable"),
  /** Why it is stopped or cannot be asked. */
  fault: nullable(text(1_000)),
  unit: text(64),
  version: text(64),
  pid: nullable(count()),
  startedAt: nullable(Instant),
  uptimeMs: nullable(count()),
  settingsFile: nullable(text(4_096)),
  /** How often settings were read since the start; not the generation of the console. */
  reloads: count(),
  listening: Type.Array(text(100)),
  lastReload: nullable(closed({ at: Instant, ok: Type.Boolean(), faults: Type.Array(text(10_000)) })),
  accessLog: nullable(
    closed({
      file: text(4_096),
      queuedBytes: count(),
      writtenLines: count(),
      droppedLines: count(),
      fault: nullable(text(1_000)),
    }),
  ),
  alerts: Type.Array(Alert),
  workers: Type.Array(
    closed({
      worker: count(),
      state: text(32),
      generation: count(),
      restarts: count(),
      lastEnd: nullable(text(1_000)),
    }),
  ),
  counters: Counters,
});
export type ProxyState = Type.Static<typeof ProxyState>;

export const ProxyAction = closed({ action: oneOf("start", "stop", "restart", "drain", "reload") });
export const ServiceName = oneOf("proxy", "heartbeat", "wpad", "console");

export const Service = closed({
  service: ServiceName,
  /** OS起動時の状態: what the settings say; null where it cannot be turned off. */
  atStart: nullable(Type.Boolean()),
  /** The setting behind it. */
  setting: nullable(text(100)),
  state: oneOf("running", "starting", "stopping", "stopped", "failed"),
  detail: text(1_000),
  pid: nullable(count()),
  sinceMs: nullable(count()),
  restarts: count(),
  /** What may be asked of it now. */
  actions: Type.Array(oneOf("start", "stop", "restart")),
});
export type Service = Type.Static<typeof Service>;
export const Services = closed({ services: Type.Array(Service) });
export const ServiceAction = closed({ action: oneOf("start", "stop", "restart") });
