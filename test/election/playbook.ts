/** One unit and what it is told: its kernel obeys, its peer says what the test says, time goes as ticks are wanted. */
import { addressPresence } from "#election/addresses.ts";
import type { ElectionCommand } from "#election/command.ts";
import type { PairConfig, Role } from "#election/config.ts";
import { nextDeadlineMs } from "#election/duties.ts";
import { type Election, initialElection } from "#election/election.ts";
import type { ElectionEvent } from "#election/event.ts";
import type { Packet } from "#election/packet.ts";
import { step } from "#election/step.ts";

export const OWN_NONCE = 11;
export const PEER_NONCE = 22;

/** 100 ms × 3, one path, nothing checked but the proxy. */
export const pair = (role: Role, changes: Partial<PairConfig> = {}): PairConfig => ({
  home: "active",
  pairId: 7,
  unitId: role === "active" ? 1 : 2,
  role,
  ownAddress: role === "active" ? "192.168.0.1" : "192.168.0.2",
  peerAddress: role === "active" ? "192.168.0.2" : "192.168.0.1",
  paths: 1,
  intervalMs: 100,
  count: 3,
  failback: "at-once",
  failbackDelayMs: 0,
  failbackHoldMs: 1_000,
  leaseMs: 1_000,
  criticalServices: ["proxy"],
  watchedServices: ["wpad"],
  checksGateway: false,
  announceAtMs: [0, 50, 500, 2_000],
  announceEveryMs: 60_000,
  dampingMoves: 3,
  dampingWindowMs: 60_000,
  addressesDigest: 0,
  ...changes,
});

type Untimed<E> = E extends ElectionEvent ? Omit<E, "nowMs"> : never;

export class Unit {
  readonly config: PairConfig;
  state: Election;
  /** All commands so far, with the time of each. */
  readonly done: { readonly atMs: number; readonly command: ElectionCommand }[] = [];
  /** Whether the kernel does as it is told. */
  kernelObeys = true;
  #peerSequence = 0;
  #nowMs = 0;
  /** What the peer says of itself with each beat; null: it is silent. */
  peer: Partial<Packet> | null = null;
  #peerBeatMs = 0;

  constructor(config: PairConfig) {
    this.config = config;
    this.state = initialElection(config, OWN_NONCE, 0);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get presence(): string {
    return addressPresence(this.state);
  }

  tell(event: Untimed<ElectionEvent>): this {
    const { state, commands } = step(this.state, this.config, {
      ...event,
      nowMs: this.#nowMs,
    } as ElectionEvent);
    this.state = state;
    this.done.push(...commands.map((command) => ({ atMs: this.#nowMs, command })));
    const presence = this.presence;
    if (presence === "held" && !state.kernelHolds)
      if (this.kernelObeys) this.tell({ kind: "kernel", holds: true, refused: false });
      else if (state.refusedMs !== this.#nowMs) this.tell({ kind: "kernel", holds: false, refused: true });
    if (presence === "absent" && state.kernelHolds)
      this.tell({ kind: "kernel", holds: false, refused: false });
    return this;
  }

  /** Started, with a link that works and a proxy that answers. */
  ready(): this {
    this.tell({ kind: "link", up: true }).tell({ kind: "command", command: "start" });
    return this.tell({ kind: "frame" }).tell({ kind: "service", name: "proxy", alive: true });
  }

  /** One packet of the peer, as its beats are but for `changes`. */
  hear(changes: Partial<Packet> = {}): this {
    this.#peerSequence += 1;
    return this.tell({
      kind: "packet",
      packet: {
        path: 0,
        home: "active",
        pairId: 7,
        unitId: this.config.unitId === 1 ? 2 : 1,
        nonce: PEER_NONCE,
        sequence: this.#peerSequence,
        roleActive: this.config.role === "standby",
        state: "standby",
        holds: false,
        hears: true,
        asks: false,
        health: "well",
        intervalMs: 100,
        count: 3,
        addressesDigest: 0,
        sentUs: Math.round(this.#nowMs * 1_000) + 5_000_000,
        echoNonce: OWN_NONCE,
        echoSentUs: Math.round(this.#nowMs * 1_000),
        echoHeldUs: 0,
        ...this.peer,
        ...changes,
      },
    });
  }

  /** The peer is there from now on. */
  withPeer(peer: Partial<Packet>): this {
    this.peer = peer;
    this.#peerBeatMs = this.#nowMs + 100;
    return this.hear();
  }

  /** Lets time pass, with ticks as they are wanted and the peer's beats. */
  pass(ms: number): this {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const dueMs = nextDeadlineMs(this.state, this.config);
      const beatMs = this.peer === null ? Infinity : this.#peerBeatMs;
      const nextMs = Math.min(dueMs, beatMs);
      if (nextMs > endMs) break;
      this.#nowMs = Math.max(this.#nowMs, nextMs);
      if (beatMs <= dueMs) {
        this.#peerBeatMs += 100;
        this.hear();
      } else this.tell({ kind: "tick" });
    }
    this.#nowMs = endMs;
    return this;
  }

  /** Time in which nothing runs: the process was stopped. */
  stall(ms: number): this {
    this.#nowMs += ms;
    this.#peerBeatMs = Math.max(this.#peerBeatMs, this.#nowMs);
    return this.tell({ kind: "tick" });
  }

  /** The times of all commands of a kind, since `fromMs`. */
  times(kind: ElectionCommand["kind"], fromMs = 0): readonly number[] {
    return this.done
      .filter((each) => each.command.kind === kind && each.atMs >= fromMs)
      .map(({ atMs }) => atMs);
  }

  /** Log events by name, with their values and the manual's line. */
  logs(name: string): readonly Extract<ElectionCommand, { kind: "log" }>[] {
    return this.done.flatMap(({ command }) =>
      command.kind === "log" && command.event === name ? [command] : [],
    );
  }

  /** The states so far, as "reason → state". */
  get path(): readonly string[] {
    return this.logs("state-changed").map(({ values }) => `${values["reason"]} → ${values["to"]}`);
  }
}

/** The unit set as standby beside its active peer. */
export const standby = (changes: Partial<PairConfig> = {}): Unit =>
  new Unit(pair("standby", changes)).ready().withPeer({ state: "active", holds: true });

/** The unit set as active, holding, beside its peer in standby. */
export const active = (changes: Partial<PairConfig> = {}): Unit =>
  new Unit(pair("active", changes)).ready().withPeer({ state: "standby" });
