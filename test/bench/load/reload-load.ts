/**
 * Reloads a proxy again and again while requests and tunnels run, and counts what broke. Used by the
 * demonstration (`make bench`) and, smaller, by the tests.
 */
import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { CheckedConnection } from "./checked-connection.ts";
import { EchoTunnel } from "./echo-tunnel.ts";
import { createEcho, createTagOrigin, taggedBody } from "./raw-origin.ts";

const SEEN_WITHIN_MS = 10_000;
const FAULTS_KEPT_MAX = 10;
const STEP_MS = 5;

export interface FarEnds extends Disposable {
  readonly originPort: number;
  readonly echoPort: number;
}

const listen = async (server: Server): Promise<number> => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
};

/** An origin that answers each path with its own body, and an echo server, in this process. */
export async function startFarEnds(): Promise<FarEnds> {
  const [origin, echo] = [createTagOrigin(), createEcho()];
  const [originPort, echoPort] = [await listen(origin), await listen(echo)];
  return {
    originPort,
    echoPort,
    [Symbol.dispose]() {
      origin.close();
      echo.close();
    },
  };
}

export interface Subject {
  readonly proxyPort: number;
  readonly ends: FarEnds;
  /** Makes the proxy read settings in which the unit has this name. */
  readonly reload: (unitName: string) => void;
}

export interface ReloadPlan {
  readonly reloads: number;
  /** At least as many. */
  readonly requests: number;
  readonly connections: number;
  readonly tunnels: number;
}

export interface ReloadResult {
  readonly requests: number;
  readonly failed: number;
  /** Connections that the proxy closed between requests. */
  readonly reconnects: number;
  /** Reloads whose new settings were seen in answers. */
  readonly reloadsSeen: number;
  readonly tunnels: number;
  readonly dropped: number;
  readonly bytesEchoed: number;
  readonly seconds: number;
  /** The first few things that went wrong. */
  readonly faults: readonly string[];
}

class Load {
  requests = 0;
  failed = 0;
  isOver = false;
  /** The unit's name in the last answer's Via. */
  unitSeen = "";
  readonly faults: string[] = [];
  readonly #connections: readonly CheckedConnection[];

  constructor(subject: Subject, connections: number) {
    const endpoint = { port: subject.proxyPort, authority: `127.0.0.1:${subject.ends.originPort}` };
    this.#connections = Array.from({ length: connections }, () => new CheckedConnection(endpoint));
  }

  get reconnects(): number {
    return this.#connections.reduce((sum, connection) => sum + connection.reconnects, 0);
  }

  note(fault: string): void {
    if (this.faults.length < FAULTS_KEPT_MAX) this.faults.push(fault);
  }

  async run(): Promise<void> {
    await Promise.all(this.#connections.map((connection, lane) => this.#runLane(connection, lane)));
  }

  async #runLane(connection: CheckedConnection, lane: number): Promise<void> {
    for (let turn = 0; !this.isOver; turn += 1) {
      const path = `/lane-${lane}/turn-${turn}`;
      const answer = await connection.request(path);
      this.requests += 1;
      if (answer.ok && answer.body === taggedBody(path)) {
        const via = /\r\nvia:[^\r]*?(reload-\d+)/i.exec(answer.head);
        if (via?.[1] !== undefined) this.unitSeen = via[1];
        continue;
      }
      this.failed += 1;
      this.note(`request ${path}: ${answer.ok ? "the body of another request" : answer.why}`);
      await sleep(STEP_MS); // a proxy that is down must not become a busy loop
    }
    connection.close();
  }

  /** Waits, with a limit, until something holds. */
  async until(holds: () => boolean, limitMs: number, signal: AbortSignal): Promise<boolean> {
    const deadline = performance.now() + limitMs;
    while (!holds() && performance.now() < deadline) await sleep(STEP_MS, undefined, { signal });
    return holds();
  }
}

const REQUESTS_WITHIN_MS = 10 * 60_000;

async function reloadAll(
  load: Load,
  subject: Subject,
  plan: ReloadPlan,
  signal: AbortSignal,
): Promise<number> {
  let seen = 0;
  for (let turn = 1; turn <= plan.reloads; turn += 1) {
    // Spread over the whole load: the first after its first share of the requests, the last before its end.
    const share = (plan.requests * turn) / (plan.reloads + 1);
    await load.until(() => load.requests >= share, REQUESTS_WITHIN_MS / plan.reloads, signal);
    const name = `reload-${turn}`;
    subject.reload(name);
    if (await load.until(() => load.unitSeen === name, SEEN_WITHIN_MS, signal)) seen += 1;
    else load.note(`reload ${turn}: the new settings were not seen within ${SEEN_WITHIN_MS / 1_000} s`);
  }
  await load.until(() => load.requests >= plan.requests, REQUESTS_WITHIN_MS, signal);
  return seen;
}

/** Runs the plan to its end. Nothing is thrown for what the proxy does wrong: it is counted. */
export async function reloadUnderLoad(
  subject: Subject,
  plan: ReloadPlan,
  signal: AbortSignal,
): Promise<ReloadResult> {
  const startedMs = performance.now();
  const authority = `127.0.0.1:${subject.ends.echoPort}`;
  const tunnels = await Promise.all(
    Array.from({ length: plan.tunnels }, (_, shift) =>
      EchoTunnel.open({ port: subject.proxyPort, authority, shift }),
    ),
  );
  const load = new Load(subject, plan.connections);
  const running = load.run();
  let reloadsSeen = 0;
  let dropped = 0;
  try {
    reloadsSeen = await reloadAll(load, subject, plan, signal);
  } finally {
    load.isOver = true;
    await running;
    for (const fault of await Promise.all(tunnels.map((tunnel) => tunnel.finish()))) {
      if (fault === null) continue;
      dropped += 1;
      load.note(`tunnel: ${fault}`);
    }
  }
  return {
    requests: load.requests,
    failed: load.failed,
    reconnects: load.reconnects,
    reloadsSeen,
    tunnels: tunnels.length,
    dropped,
    bytesEchoed: tunnels.reduce((sum, tunnel) => sum + tunnel.bytesEchoed, 0),
    seconds: (performance.now() - startedMs) / 1_000,
    faults: load.faults,
  };
}
