/**
 * One machine: its kernel with the floating address under a lease, its services, and the heartbeat
 * daemon, which is the real election with a driver around it. Daemons die and hang; kernels live on.
 */
import { addressPresence } from "#election/addresses.ts";
import type { ElectionCommand } from "#election/command.ts";
import type { PairConfig } from "#election/config.ts";
import { nextDeadlineMs } from "#election/duties.ts";
import { type Election, initialElection } from "#election/election.ts";
import type { ElectionEvent } from "#election/event.ts";
import { decodePacket, encodePacket, type Mac, type Packet } from "#election/packet.ts";
import { step } from "#election/step.ts";
import type { Rng } from "#test/fuzz/rng.ts";
import type { EventQueue } from "./event-queue.ts";
import type { Layer, Network } from "./network.ts";

/** An event without its time. */
export type Happening = ElectionEvent extends infer E
  ? E extends ElectionEvent
    ? Omit<E, "nowMs">
    : never
  : never;

/** What is on the wire: bytes, or the packet that they would be. */
export type Datagram = Uint8Array | Packet;

/** What a planted bug replaces. */
export interface Core {
  readonly step: typeof step;
  readonly addressPresence: typeof addressPresence;
}

export const REAL_CORE: Core = { step, addressPresence };

export interface HostWorld {
  readonly queue: EventQueue;
  readonly rng: Rng;
  readonly network: Network;
  readonly core: Core;
  /** Whether packets go over the wire as bytes: most seeds spare themselves the codec. */
  readonly encodes: boolean;
  readonly mac: Mac | null;
  readonly peerOf: (host: Host) => Host;
  /** The client hears an announcement of `host`. */
  readonly announced: (host: Host) => void;
  /** Something that the invariants look at has changed. */
  readonly changed: () => void;
  /** Everything that was sent, for a stranger to replay. */
  readonly overheard: (datagram: Datagram) => void;
}

/** What a socket keeps for a process that does not read. */
const INBOX_MAX = 256;
/** The kernel drops an address this much later than its lease says (measured on Linux). */
const LEASE_SLACK_MS = [17, 460] as const;
const SERVICE_CHECK_MS = 300;
const GATEWAY_CHECK_MS = 1_500;

export class Host {
  readonly name: "a" | "b";
  readonly config: PairConfig;
  readonly #world: HostWorld;
  #rate: number;
  #offsetMs = 0;
  #wakeAtMs = Infinity;
  #leaseChecked = false;
  #inbox: Happening[] = [];
  /** Grows with each start of the daemon: what was planned for an earlier one comes to nothing. */
  #life = 0;

  isUp = true;
  daemon: "running" | "hung" | "dead" = "dead";
  state: Election;
  holds = false;
  expiresAtMs = 0;
  refuses = false;
  proxyAlive = true;

  constructor(name: "a" | "b", config: PairConfig, world: HostWorld) {
    this.name = name;
    this.config = config;
    this.#world = world;
    // Clocks drift by up to 200 parts in a million and begin anywhere.
    this.#rate = 1 + ((world.rng.next() / 2 ** 32) * 4 - 2) * 1e-4;
    this.#offsetMs = world.rng.below(1_000_000_000);
    this.state = initialElection(config, 1, this.#localMs());
  }

  #localMs(): number {
    return this.#world.queue.nowMs * this.#rate + this.#offsetMs;
  }

  /** The monotonic clock of this machine jumps, as after a pause of its hypervisor. */
  jumpClock(byMs: number): void {
    this.#offsetMs += byMs;
    this.#wake();
  }

  get usable(): boolean {
    return this.isUp && this.#world.network.carrier[this.name];
  }

  /** Starts the daemon, with nothing known but what the kernel tells. */
  start(): void {
    if (this.daemon !== "dead" || !this.isUp) return;
    this.#life += 1;
    this.daemon = "running";
    this.#inbox = [];
    const nonce = 1 + this.#world.rng.next() * 256 + this.#world.rng.below(256);
    this.state = initialElection(this.config, nonce, this.#localMs());
    this.#wakeAtMs = Infinity;
    this.tell({ kind: "kernel", holds: this.holds, refused: false });
    this.tell({ kind: "link", up: this.#world.network.carrier[this.name] });
    this.tell({ kind: "command", command: "start" });
    this.#later(SERVICE_CHECK_MS, () =>
      this.tell({ kind: "service", name: "proxy", alive: this.proxyAlive }),
    );
    this.checkGateway();
  }

  /** SIGKILL: the kernel keeps what it has until the lease ends. */
  kill(): void {
    this.daemon = "dead";
    this.#world.changed();
  }

  /** SIGSTOP. */
  hang(): void {
    if (this.daemon === "running") this.daemon = "hung";
    this.#world.changed();
  }

  /** SIGCONT: what has come meanwhile is read now, after the timer that is long due or before it. */
  resume(): void {
    if (this.daemon !== "hung") return;
    this.daemon = "running";
    const waiting = this.#inbox;
    this.#inbox = [];
    if (this.#world.rng.oneIn(2)) this.tell({ kind: "tick" });
    for (const happening of waiting) this.tell(happening);
    this.tell({ kind: "kernel", holds: this.holds, refused: false });
    this.#tellTruth();
    this.tell({ kind: "tick" });
  }

  /** What the driver reads itself when it has missed the news. */
  #tellTruth(): void {
    this.tell({ kind: "link", up: this.#world.network.carrier[this.name] });
    this.tell({ kind: "service", name: "proxy", alive: this.proxyAlive });
    this.checkGateway();
  }

  /** Power off: nothing is left. */
  crash(): void {
    this.isUp = false;
    this.daemon = "dead";
    this.holds = false;
    this.#world.changed();
  }

  boot(): void {
    this.isUp = true;
    this.start();
  }

  setProxy(alive: boolean): void {
    this.proxyAlive = alive;
    this.#later(SERVICE_CHECK_MS, () =>
      this.tell({ kind: "service", name: "proxy", alive: this.proxyAlive }),
    );
    this.#world.changed();
  }

  setCarrier(up: boolean): void {
    this.#world.network.carrier[this.name] = up;
    this.#later(0.2, () => this.tell({ kind: "link", up: this.#world.network.carrier[this.name] }));
    this.checkGateway();
    this.#world.changed();
  }

  /** The gateway check notices after a while what is now true. */
  checkGateway(): void {
    if (!this.config.checksGateway) return;
    this.#later(GATEWAY_CHECK_MS, () => {
      const answers = this.#world.network.connects(this.name, "gateway", "frames");
      this.tell({ kind: "gateway", answers });
    });
  }

  /** A frame of the clients' network has come: the driver reads the interface's counter. */
  frame(): void {
    if (this.daemon === "running" && !this.state.linkProven) this.tell({ kind: "frame" });
  }

  receive(datagram: Datagram, layer: Layer): void {
    if (!this.isUp || this.daemon === "dead") return;
    if (layer === "beats") this.frame();
    if (!(datagram instanceof Uint8Array)) {
      this.tell({ kind: "packet", packet: datagram });
      return;
    }
    const decoded = decodePacket(datagram, this.config.pairId, this.#world.mac);
    this.tell(
      decoded.ok ? { kind: "packet", packet: decoded.value } : { kind: "bad-packet", fault: decoded.error },
    );
  }

  /** One event for the daemon: step, make the kernel match, do as told. */
  tell(happening: Happening): void {
    if (this.daemon === "dead") return;
    if (this.daemon === "hung") {
      const waits = happening.kind === "packet" || happening.kind === "command";
      if (waits && this.#inbox.length < INBOX_MAX) this.#inbox.push(happening);
      return;
    }
    const event = this.#timed(happening);
    const before = this.state.at;
    const { state, commands } = this.#world.core.step(this.state, this.config, event);
    this.state = state;
    this.#reconcile();
    for (const command of commands) this.#perform(command);
    if (before !== this.state.at) this.#world.changed();
    this.#wake();
  }

  #timed(happening: Happening): ElectionEvent {
    const nowMs = this.#localMs();
    // The two that are frequent keep one shape: a spread of many shapes is slow.
    if (happening.kind === "tick") return { kind: "tick", nowMs };
    if (happening.kind === "packet") return { kind: "packet", packet: happening.packet, nowMs };
    return { ...happening, nowMs };
  }

  #reconcile(): void {
    const presence = this.#world.core.addressPresence(this.state);
    if (presence === "held" && !this.holds) {
      if (this.refuses) {
        this.tell({ kind: "kernel", holds: false, refused: true });
        return;
      }
      this.holds = true;
      this.#extendLease();
    } else if (presence === "absent" && this.holds) this.holds = false;
    else return;
    this.#world.changed();
    this.tell({ kind: "kernel", holds: this.holds, refused: false });
  }

  #extendLease(): void {
    const [least, most] = LEASE_SLACK_MS;
    this.expiresAtMs =
      this.#world.queue.nowMs + this.config.leaseMs + least + this.#world.rng.below(most - least);
    if (!this.#leaseChecked) this.#checkLease();
  }

  #checkLease(): void {
    this.#leaseChecked = true;
    this.#world.queue.at(this.expiresAtMs, () => {
      this.#leaseChecked = false;
      if (!this.holds) return;
      if (this.#world.queue.nowMs < this.expiresAtMs) {
        this.#checkLease();
        return;
      }
      this.holds = false;
      this.#world.changed();
      this.tell({ kind: "kernel", holds: false, refused: false });
    });
  }

  #perform(command: ElectionCommand): void {
    const { network, encodes, mac } = this.#world;
    const peer = this.#world.peerOf(this);
    switch (command.kind) {
      case "send":
        for (let path = 0; path < this.config.paths; path += 1) {
          const packet = { ...command.packet, path };
          const datagram = encodes ? encodePacket(packet, mac) : packet;
          const layer = path === 0 ? "beats" : "second";
          network.send(this.name, peer.name, layer, () => {
            this.#world.overheard(datagram);
            peer.receive(datagram, layer);
          });
        }
        return;
      case "announce":
        if (this.holds) this.#announce(peer);
        return;
      case "probe":
        // A probe that nobody would answer makes no event: there are many of them.
        if (peer.isUp && (peer.holds || !peer.state.linkProven)) this.#probe(peer);
        return;
      case "renew-lease":
        if (this.holds) this.#extendLease();
        return;
      case "stopped":
        this.kill();
        return;
      case "prepare-handover":
      case "drain-connections":
      case "reset-connections":
      case "log":
        return;
    }
  }

  #probe(peer: Host): void {
    const { network } = this.#world;
    network.send(this.name, peer.name, "frames", () => {
      peer.frame();
      if (!peer.holds || !peer.isUp) return;
      network.send(peer.name, this.name, "frames", () => this.tell({ kind: "address-answered", by: "peer" }));
    });
  }

  #announce(peer: Host): void {
    const { network } = this.#world;
    network.send(this.name, "client", "frames", () => this.#world.announced(this));
    network.send(this.name, peer.name, "frames", () => {
      peer.frame();
      if (peer.holds && peer.isUp) peer.tell({ kind: "conflict", by: "peer" });
    });
  }

  /** Plans the next tick where there is none that comes in time. */
  #wake(): void {
    if (this.daemon !== "running") return;
    const { queue, rng } = this.#world;
    const dueMs = nextDeadlineMs(this.state, this.config);
    if (dueMs === Infinity) return;
    const atMs = queue.nowMs + Math.max(0, dueMs - this.#localMs()) / this.#rate;
    if (atMs >= this.#wakeAtMs) return;
    this.#wakeAtMs = atMs;
    const life = this.#life;
    // A timer of an operating system is late by up to a millisecond.
    queue.at(atMs + (rng.next() / 2 ** 32) * 1, () => {
      if (life !== this.#life || this.#wakeAtMs !== atMs) return;
      this.#wakeAtMs = Infinity;
      if (this.daemon === "running") this.tell({ kind: "tick" });
    });
  }

  #later(delayMs: number, act: () => void): void {
    const life = this.#life;
    this.#world.queue.after(delayMs, () => {
      if (life === this.#life) act();
    });
  }
}
