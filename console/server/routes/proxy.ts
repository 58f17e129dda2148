/** The proxy, the services, the first page. */
import type { Alert, Overview } from "#console/contract/host.ts";
import type { ProxyState } from "#console/contract/proxy.ts";
import { FAILURES } from "#console/server/figures.ts";
import type { HandlersOf } from "#console/server/handler.ts";
import { isoOf, type Services } from "#console/server/services.ts";
import type { StatusAnswer, UnitAlert } from "#control/contract.ts";
import { pairState } from "./pair.ts";

type Names = "overview.read" | "proxy.read" | "proxy.action";

export function proxyRoutes(services: Services): HandlersOf<Names> {
  const { link } = services;
  return {
    "overview.read": () => overview(services),
    "proxy.read": () => proxyState(services),
    "proxy.action": async ({ body: { action }, note }) => {
      note(action);
      if (action === "reload") await link.order({ command: "reload" });
      else await link.order({ command: `service-${action}`, service: "proxy" });
      return { done: true };
    },
  };
}

async function proxyState({ link, desk, appliance }: Services): Promise<ProxyState> {
  const status = await link.status();
  if (!status.ok)
    return { ...UNREACHABLE, fault: status.error, unit: desk.settings.unit.name, version: appliance.version };
  const { value } = status;
  return {
    state: value.state,
    fault: value.state === "stopped" ? "the proxy was stopped" : null,
    unit: value.unit,
    version: value.version,
    pid: value.pid,
    startedAt: value.startedAt,
    uptimeMs: value.uptimeMs,
    settingsFile: value.settingsFile,
    reloads: value.generation,
    listening: [...value.listening],
    lastReload:
      value.lastReload === null ? null : { ...value.lastReload, faults: [...value.lastReload.faults] },
    accessLog: value.accessLog,
    alerts: value.alerts.map(unitAlert),
    workers: [...value.workers],
    counters: value.counters,
  };
}

const UNREACHABLE: Omit<ProxyState, "fault" | "unit" | "version"> = {
  state: "unreachable",
  pid: null,
  startedAt: null,
  uptimeMs: null,
  settingsFile: null,
  reloads: 0,
  listening: [],
  lastReload: null,
  accessLog: null,
  alerts: [],
  workers: [],
  counters: {},
};

async function overview(services: Services): Promise<Overview> {
  const { link, figures, desk, appliance, clock } = services;
  const [status, pair] = await Promise.all([link.status(), pairState(services)]);
  const told = status.ok ? status.value : null;
  const counters = told?.counters ?? {};
  const sample = figures.latest;
  return {
    unit: desk.settings.unit.name,
    version: appliance.version,
    at: isoOf(clock.wallMs()),
    proxy: {
      state: told?.state ?? "unreachable",
      listening: [...(told?.listening ?? [])],
      uptimeMs: told?.uptimeMs ?? null,
      connections: counters["client_connections_open"] ?? 0,
      tunnels: counters["tunnels_open"] ?? 0,
    },
    pair,
    traffic: {
      requestsPerSecond: sample?.requests ?? 0,
      receivedBytesPerSecond: sample?.receivedBytes ?? 0,
      sentBytesPerSecond: sample?.sentBytes ?? 0,
      requests: counters["transactions"] ?? 0,
      errors: FAILURES.reduce((sum, name) => sum + (counters[name] ?? 0), 0),
    },
    cache: told?.cache ?? null,
    alerts: alertsOf(services, status.ok ? null : status.error, told, pair),
    pending: desk.pending,
    generation: desk.latest.generation,
  };
}

/** All that an administrator should look at now. */
export async function alerts(services: Services): Promise<Alert[]> {
  const [status, pair] = await Promise.all([services.link.status(), pairState(services)]);
  return alertsOf(services, status.ok ? null : status.error, status.ok ? status.value : null, pair);
}

const alertOf = (level: Alert["level"], code: Alert["code"], message: string): Alert => ({
  level,
  code,
  message,
  parameters: { message },
});

const unitAlert = ({ code, message, parameters }: UnitAlert): Alert => ({
  level: "warning",
  code,
  message,
  parameters: { ...parameters },
});

const PAIR_LEVELS: Readonly<Record<string, Alert["level"]>> = {
  "communication-error": "error",
  "both-hold": "error",
  "nobody-holds": "error",
  "in-maintenance": "note",
  "not-authenticated": "note",
};

function alertsOf(
  services: Services,
  fault: string | null,
  status: StatusAnswer | null,
  pair: Overview["pair"],
): Alert[] {
  const found: Alert[] = [];
  if (fault !== null) found.push(alertOf("error", "unit-unreachable", fault));
  if (status?.state === "stopped") found.push(alertOf("error", "proxy-stopped", "the proxy was stopped"));
  found.push(...(status?.alerts ?? []).map(unitAlert));
  if (status?.lastReload?.ok === false)
    found.push(alertOf("warning", "reload-refused", status.lastReload.faults.join("; ").slice(0, 1_000)));
  if (pair.enabled && pair.floatingAddresses.length === 0)
    found.push(alertOf("warning", "no-floating-address", "the pair has no floating address to move"));
  if (pair.fault !== null) found.push(alertOf("error", "heartbeat-unreachable", pair.fault));
  for (const warning of new Set([pair.status, pair.status?.second].flatMap((each) => each?.warnings ?? [])))
    found.push(alertOf(PAIR_LEVELS[warning] ?? "warning", `pair-${warning}`, warning));
  if (services.desk.pending !== null)
    found.push(alertOf("warning", "change-pending", "a change waits for its confirmation"));
  return found;
}
