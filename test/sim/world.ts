/** Everything of one simulation: two units, a client, a gateway, the networks, and what a seed makes of them. */
import { createHmac } from "node:crypto";
import { type PairConfig, silenceMs } from "#election/config.ts";
import type { Mac } from "#election/packet.ts";
import { Rng } from "#test/fuzz/rng.ts";
import { Client } from "./client.ts";
import { EventQueue } from "./event-queue.ts";
import { type Core, type Datagram, Host } from "./host.ts";
import { Network } from "./network.ts";

/** How often a pair of timers is drawn, of 100; short intervals cost the most steps. */
const TIMERS = [
  { share: 80, intervalMs: 2_000, count: 5 },
  { share: 16, intervalMs: 1_000, count: 3 },
  { share: 3, intervalMs: 500, count: 3 },
  { share: 1, intervalMs: 100, count: 3 },
] as const;

const OVERHEARD_MAX = 200;

export class World {
  readonly rng: Rng;
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly a: Host;
  readonly b: Host;
  readonly hosts: readonly [Host, Host];
  readonly client: Client;
  readonly encodes: boolean;
  readonly mac: Mac | null;
  /** What went over the wire not long ago. */
  readonly overheard: Datagram[] = [];
  /** Who looks at each change. */
  onChange: () => void = () => {};

  constructor(seed: number, core: Core) {
    this.rng = new Rng(seed, 1);
    this.network = new Network(this.queue, this.rng);
    this.encodes = this.rng.oneIn(12);
    this.mac = this.encodes && this.rng.oneIn(3) ? hmac("a pair key") : null;
    const config = drawConfig(this.rng);
    const world = {
      queue: this.queue,
      rng: this.rng,
      network: this.network,
      core,
      encodes: this.encodes,
      mac: this.mac,
      peerOf: (host: Host): Host => (host === this.a ? this.b : this.a),
      announced: (host: Host): void => this.client.hear(host),
      changed: (): void => this.onChange(),
      overheard: (datagram: Datagram): void => {
        if (this.overheard.length >= OVERHEARD_MAX) this.overheard.shift();
        if (this.rng.oneIn(4)) this.overheard.push(datagram);
      },
    };
    this.a = new Host("a", config, world);
    this.b = new Host("b", mirrored(config), world);
    this.hosts = [this.a, this.b];
    this.client = new Client(this.queue, this.network, this.hosts, () => this.onChange());
  }

  get silenceMs(): number {
    return silenceMs(this.a.config);
  }
}

const hmac =
  (key: string): Mac =>
  (bytes) =>
    createHmac("sha256", key).update(bytes).digest();

function drawTimers(rng: Rng): { readonly intervalMs: number; readonly count: number } {
  let draw = rng.below(100);
  for (const timers of TIMERS) {
    if (draw < timers.share) return timers;
    draw -= timers.share;
  }
  return TIMERS[0];
}

function drawConfig(rng: Rng): PairConfig {
  const { intervalMs, count } = drawTimers(rng);
  return {
    home: "active",
    pairId: 7,
    unitId: 1,
    role: "active",
    ownAddress: "192.0.2.1",
    peerAddress: "192.0.2.2",
    paths: rng.oneIn(4) ? 2 : 1,
    intervalMs,
    count,
    failback: rng.pick(["at-once", "at-once", "delayed", "never"]),
    failbackDelayMs: 20_000,
    failbackHoldMs: rng.pick([0, 2_000, 5_000]),
    leaseMs: intervalMs < 1_000 ? rng.pick([1_000, 2_000]) : rng.pick([2_000, 5_000, 5_000]),
    criticalServices: ["proxy"],
    watchedServices: [],
    checksGateway: rng.oneIn(2),
    announceAtMs: [0, 50, 500, 2_000],
    announceEveryMs: 60_000,
    dampingMoves: 3,
    dampingWindowMs: 60_000,
    addressesDigest: 0,
  };
}

/** The same pair as the other unit has it. */
const mirrored = (config: PairConfig): PairConfig => ({
  ...config,
  unitId: 2,
  role: "standby",
  ownAddress: config.peerAddress,
  peerAddress: config.ownAddress,
  failbackDelayMs: config.failback === "delayed" ? config.failbackDelayMs : 0,
});
