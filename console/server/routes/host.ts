/** The machine: facts, processes, network, figures over time, stop and restart. */
import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { SERIES } from "#console/contract/host.ts";
import type { ResolveAnswer, Routes } from "#console/contract/network.ts";
import { SPANS } from "#console/server/figures.ts";
import type { HandlersOf } from "#console/server/handler.ts";
import { PowerDesk } from "#console/server/power-desk.ts";
import { isoOf, type Services } from "#console/server/services.ts";
import { readConnections } from "#host/connections.ts";
import { readRoutes } from "#host/ip-command.ts";
import { ProcessReader } from "#host/processes.ts";

type Names =
  | "host.read"
  | "host.processes"
  | "host.power"
  | "series.read"
  | "network.routes"
  | "network.connections"
  | "network.resolver"
  | "network.resolve";

const PROCESSES_MAX = 200;
const CONNECTIONS_MAX = 500;

export function hostRoutes(services: Services): HandlersOf<Names> {
  const { appliance, host, figures, clock, desk } = services;
  const processes = new ProcessReader();
  const power = new PowerDesk({ settings: () => desk.settings, appliance, link: services.link, clock });
  return {
    "host.read": () => host.read(power.state),
    "host.processes": () => {
      const { total, processes: shown } = processes.read(PROCESSES_MAX);
      return { total, processes: [...shown] };
    },
    "host.power": async ({ body: { action }, note }) => {
      note(action);
      note(await power.do(action));
      return { done: true };
    },
    "series.read": ({ query }) => {
      const wanted = query.names?.split(",") ?? [...SERIES];
      const names = SERIES.filter((name) => wanted.includes(name));
      const span = query.span ?? "hour";
      const { fromMs, series } = figures.read(span, names, clock.wallMs());
      return { stepMs: SPANS[span].stepMs, from: isoOf(fromMs), series };
    },
    "network.routes": readAllRoutes,
    "network.connections": async () => {
      const { byState, connections, leftOut } = await readConnections(CONNECTIONS_MAX);
      return { byState, connections: [...connections], leftOut };
    },
    "network.resolver": async () => {
      const { servers } = desk.settings.dns;
      const system = await systemResolver();
      return servers.length > 0
        ? { servers: [...servers], source: "settings", search: [], hostname: hostname() }
        : { ...system, source: "system", hostname: hostname() };
    },
    "network.resolve": ({ body: { name } }) => resolveName(name, clock.nowMs),
  };
}

async function readAllRoutes(): Promise<Routes> {
  const routes: Routes["routes"] = [];
  for (const family of ["ipv4", "ipv6"] as const) {
    const told = await readRoutes(family);
    if (!told.ok) continue;
    for (const { dst, gateway, dev, prefsrc, metric, protocol } of told.value)
      routes.push({
        destination: dst,
        gateway: gateway ?? null,
        interface: dev ?? null,
        source: prefsrc ?? null,
        metric: metric ?? null,
        protocol: protocol ?? "",
        family,
      });
  }
  return { routes };
}

/** resolv.conf(5). */
async function systemResolver(): Promise<{ servers: string[]; search: string[] }> {
  const text = await readFile("/etc/resolv.conf", "utf8").catch(() => "");
  const lines = text.split("\n").map((line) => line.trim().split(/\s+/));
  const of = (word: string): string[] =>
    lines.filter(([first]) => first === word).flatMap(([, ...rest]) => rest);
  return { servers: of("nameserver").slice(0, 16), search: of("search").slice(0, 16) };
}

async function resolveName(name: string, nowMs: () => number): Promise<ResolveAnswer> {
  const startedMs = nowMs();
  const answer = (addresses: ResolveAnswer["addresses"], fault: string | null): ResolveAnswer => ({
    name,
    addresses,
    durationMs: Math.round((nowMs() - startedMs) * 10) / 10,
    fault,
  });
  try {
    const found = await lookup(name, { all: true, verbatim: true });
    return answer(
      found.map(({ address, family }) => ({ address, family: family === 6 ? "ipv6" : "ipv4" })),
      null,
    );
  } catch (error) {
    return answer([], (error as NodeJS.ErrnoException).code ?? String(error));
  }
}
