/**
 * What must be true of a pair, whatever happens. Each invariant is a condition that may not last longer
 * than its bound, or a change that may not happen. "Clean" is a network without loss, doubles and jitter;
 * S is interval × count, L the lease with the half second that the kernel adds.
 *
 *   two holders        on a clean network over which both hear each other: no longer than two beats while both
 *                      daemons run, L more while one is dead or hangs
 *   taken while held   nobody takes, unasked, what answers elsewhere on a clean network
 *   withdrawn offer    nobody takes what the other unit offered and has kept since, on a clean network
 *   no holder          while one unit is able to serve: no longer than 2 S + L + two beats + 7 s
 *   client unserved    with one able holder: no longer than 6 s after it took or became the only one
 *                      (20 s when announcements may have been lost)
 *   move without cause none, long after the last fault or command
 *   no failback        with both able and nothing going on: no longer than its hold and delay
 *   left without       a holder gives the address up in a planned move only after the other has it
 */
import { addressRefused } from "#election/facts.ts";
import type { Host } from "./host.ts";
import type { Schedule } from "./schedule.ts";
import type { World } from "./world.ts";

const LEASE_SLACK_MS = 500;
/** Probes that were lost in a fault are no evidence: a second later there are new ones. */
const SETTLED_MS = 1_000;
/** The longest that a packet takes on a clean network, and a beat's worth of clocks that differ. */
const OFFER_UNDER_WAY_MS = 5;
const ANNOUNCED_MS = 6_000;
const ENTRY_MS = 20_000;

export class Invariants {
  readonly #world: World;
  readonly #schedule: Schedule;
  readonly #sinceMs = new Map<string, number>();
  #held = { a: false, b: false };
  /** When each began to hold, and when either of them last did anything. */
  #tookMs = { a: -Infinity, b: -Infinity };
  #ableSinceMs: { a: number | null; b: number | null } = { a: null, b: null };
  #cleanSinceMs: number | null = 0;
  moves = 0;
  /** The first that was broken. */
  broken: string | null = null;

  constructor(world: World, schedule: Schedule) {
    this.#world = world;
    this.#schedule = schedule;
    world.onChange = () => this.look();
  }

  look(): void {
    if (this.broken !== null) return;
    const { network, queue, hosts } = this.#world;
    this.#cleanSinceMs = network.isClean ? (this.#cleanSinceMs ?? queue.nowMs) : null;
    for (const host of hosts)
      this.#ableSinceMs[host.name] = this.#isAble(host)
        ? (this.#ableSinceMs[host.name] ?? queue.nowMs)
        : null;
    this.#lookAtMoves();
    this.#lookAtHolders();
    this.#lookAtClient();
    this.#lookAtFailback();
  }

  #lasts(name: string, condition: boolean, boundMs: number): void {
    const { nowMs } = this.#world.queue;
    if (!condition) {
      this.#sinceMs.delete(name);
      return;
    }
    const since = this.#sinceMs.get(name) ?? nowMs;
    this.#sinceMs.set(name, since);
    if (nowMs - since > boundMs)
      this.#break(`${name} for ${Math.round(nowMs - since)} ms, allowed ${boundMs}`);
  }

  #break(what: string): void {
    const { nowMs } = this.#world.queue;
    const states = this.#world.hosts.map(
      ({ name, state, holds, daemon }) =>
        `${name} ${daemon} ${state.at} (${state.reason})${holds ? " holds" : ""}`,
    );
    this.broken ??= `${(nowMs / 1_000).toFixed(3)} s: ${what}; ${states.join(", ")}`;
  }

  get #leaseMs(): number {
    return this.#world.a.config.leaseMs + LEASE_SLACK_MS;
  }

  /** In sight of the clients and able to do their work, as far as a unit can know. */
  #isAble(host: Host): boolean {
    const { network } = this.#world;
    return (
      host.usable &&
      host.daemon === "running" &&
      host.proxyAlive &&
      !host.refuses &&
      host.state.started &&
      !host.state.maintenance &&
      !addressRefused(host.state) &&
      network.connects("client", host.name, "frames") &&
      (!host.config.checksGateway || network.connects("gateway", host.name, "frames"))
    );
  }

  #serves(host: Host): boolean {
    return host.usable && host.holds && this.#world.network.connects("client", host.name, "frames");
  }

  get #unitsHear(): boolean {
    const { network, a } = this.#world;
    return (
      network.connects("a", "b", "beats") || (a.config.paths === 2 && network.connects("a", "b", "second"))
    );
  }

  #lookAtHolders(): void {
    const { a, b, network, hosts, silenceMs } = this.#world;
    const { intervalMs, paths, checksGateway } = a.config;
    const beatsMs = 2 * intervalMs + 200;
    const both = a.holds && b.holds && a.usable && b.usable;
    const connected = network.connects("a", "b", "frames") && this.#unitsHear && network.isClean;
    const running = a.daemon === "running" && b.daemon === "running";
    this.#lasts("two holders", both && connected && running, beatsMs);
    this.#lasts("two holders, one not running", both && connected, beatsMs + this.#leaseMs);
    const some = hosts.some((host) => this.#serves(host));
    // Over a second path a holder that clients cannot reach seems well, unless it asks a gateway.
    const hidden = paths === 2 && !checksGateway && (a.holds || b.holds);
    const able = network.isClean && hosts.some((host) => this.#isAble(host));
    this.#lasts("no holder", able && !some && !hidden, 2 * silenceMs + this.#leaseMs + beatsMs + 7_000);
  }

  #lookAtClient(): void {
    const { hosts, client, network } = this.#world;
    const holders = hosts.filter((host) => host.holds);
    const [holder] = holders;
    const isOnly = holders.length === 1 && holder !== undefined && this.#serves(holder) && holder.proxyAlive;
    this.#lasts("client unserved", isOnly && client.unservedSinceMs !== null && network.isClean, ENTRY_MS);
    const isFresh =
      holder !== undefined &&
      this.#cleanSinceMs !== null &&
      this.#tookMs[holder.name] > this.#cleanSinceMs &&
      this.#tookMs[holder.name] > this.#schedule.lastFaultMs() &&
      this.#unitsHear &&
      network.connects("a", "b", "frames") &&
      hosts.every(({ daemon }) => daemon === "running");
    this.#lasts(
      "client unserved after a take",
      isOnly && isFresh && client.unservedSinceMs !== null,
      ANNOUNCED_MS,
    );
  }

  /** Everything that may delay a move that is due. */
  get #settledMs(): number {
    const { failbackHoldMs, failback, failbackDelayMs, dampingWindowMs } = this.#world.a.config;
    const backMs = failback === "delayed" ? failbackDelayMs : 0;
    return failbackHoldMs + backMs + dampingWindowMs + 2 * this.#world.silenceMs + this.#leaseMs + 30_000;
  }

  #lookAtMoves(): void {
    const { nowMs } = this.#world.queue;
    for (const host of this.#world.hosts) {
      const held = this.#held[host.name];
      this.#held[host.name] = host.holds;
      if (host.holds && !held) {
        this.moves += 1;
        this.#tookMs[host.name] = nowMs;
        this.#schedule.note(`${host.name} holds (${host.state.reason})`);
        this.#lookAtTake(host);
        this.#lookAtOffer(host);
        if (nowMs - this.#schedule.lastCauseMs() > this.#settledMs && nowMs > this.#settledMs)
          this.#break("a move without a cause");
      }
      if (!host.holds && held) {
        this.#schedule.note(`${host.name} lets go (${host.state.reason})`);
        this.#lookAtRelease(host);
      }
    }
  }

  /** An offer may wait for a unit that does not run, and be withdrawn meanwhile. */
  #lookAtOffer(host: Host): void {
    const { a, b, network, queue } = this.#world;
    const other = host === a ? b : a;
    const isKept = other.daemon === "running" && other.state.at === "active" && other.holds;
    if (host.state.reason !== "handover" || !isKept || !network.isClean || !this.#unitsHear) return;
    const keptMs = other.state.nowMs - other.state.sinceMs;
    const cleanMs = queue.nowMs - (this.#cleanSinceMs ?? queue.nowMs);
    if (keptMs > OFFER_UNDER_WAY_MS && cleanMs > SETTLED_MS)
      this.#break("an offer is taken that was withdrawn");
  }

  /** The guard: evidence that is not older than a beat holds a takeover back. */
  #lookAtTake(host: Host): void {
    const { a, b, network, queue } = this.#world;
    const other = host === a ? b : a;
    const isUnasked = host.state.reason === "peer-silent" || host.state.reason === "peer-deaf";
    if (!isUnasked || !other.holds || !other.usable || !network.connects("a", "b", "frames")) return;
    const settledMs = queue.nowMs - Math.max(this.#schedule.lastFaultMs(), this.#cleanSinceMs ?? Infinity);
    if (settledMs > SETTLED_MS && queue.nowMs - this.#tookMs[other.name] > SETTLED_MS)
      this.#break("taken while it answers elsewhere");
  }

  /** With the other unit able all the while, a planned move takes before it gives. */
  #lookAtRelease(host: Host): void {
    const { a, b, silenceMs, queue } = this.#world;
    const other = host === a ? b : a;
    const quietMs = 2 * silenceMs + this.#leaseMs + 15_000;
    const since = this.#ableSinceMs[other.name];
    if (other.holds || since === null || queue.nowMs - since < quietMs) return;
    if (queue.nowMs - this.#schedule.lastFaultMs() < quietMs || !this.#unitsHear) return;
    for (const { effect } of this.#schedule.ongoing.values()) if (effect === "steady") return;
    this.#break("the address is left without a holder");
  }

  #lookAtFailback(): void {
    const { a, b, network } = this.#world;
    const due =
      a.config.failback !== "never" &&
      !a.state.failbackSuspended &&
      this.#schedule.isCalm &&
      this.#unitsHear &&
      network.connects("a", "b", "frames") &&
      this.#ableSinceMs.a !== null &&
      this.#ableSinceMs.b !== null;
    this.#lasts("no failback", due && b.holds && !a.holds, this.#settledMs);
  }
}
