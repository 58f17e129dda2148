/**
 * Drives the election of this unit: what happens goes into `step`, then the kernel is made to match the
 * addresses that should exist, then the commands are done in their order. It is the only writer of the state.
 */
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { Outcome } from "#base/outcome.ts";
import { addressPresence } from "#election/addresses.ts";
import type { ElectionCommand } from "#election/command.ts";
import type { PairConfig } from "#election/config.ts";
import { nextDeadlineMs } from "#election/duties.ts";
import { type Election, initialElection, underConfig } from "#election/election.ts";
import type { ElectionEvent, OperatorCommand } from "#election/event.ts";
import { bothHold } from "#election/facts.ts";
import type { DecodeFault, Packet } from "#election/packet.ts";
import { type PairStatus, pairStatus } from "#election/pair-status.ts";
import { step } from "#election/step.ts";
import { ANSWER_MS, LATE_MS, LINK_PROOF_MS, PENDING_MAX, RECONCILES_MAX, STALL_MS } from "./limits.ts";
import type { PairConnections, PairKernel, PairPaths } from "./pair-ports.ts";

/** An event without its time. */
type Happening = ElectionEvent extends infer E ? (E extends ElectionEvent ? Omit<E, "nowMs"> : never) : never;

export interface PairDriverOptions {
  /** At the start; `reconfigure` changes it. */
  readonly config: PairConfig;
  readonly kernel: PairKernel;
  readonly paths: PairPaths;
  readonly connections: PairConnections;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The manual's lines, word for word. */
  readonly onManualLine: (line: string) => void;
  /** 48 bits of chance, not 0. */
  readonly nonce: number;
  /** Whether there is a pair key. */
  readonly authenticated: boolean;
  /** After a stall: look at the services and the gateway again. */
  readonly onStall: () => void;
  /** The last word has been sent. */
  readonly onStopped: () => void;
}

/** What others have said: it is heard before anything is decided. */
const isNews = ({ kind }: Happening): boolean => kind === "packet" || kind === "address-answered";

export class PairDriver {
  readonly #options: PairDriverOptions;
  #config: PairConfig;
  #state: Election;
  #timer: NodeJS.Timeout | null = null;
  /** When the next step is due at the latest. */
  #dueMs = Infinity;
  /** While answers are waited for, events are kept. */
  #answerTimer: NodeJS.Timeout | null = null;
  #answerImmediate: NodeJS.Immediate | null = null;
  #proofTimer: NodeJS.Timeout | null = null;
  /** The receive counters when the link came up. */
  #framesBefore: readonly number[] = [];
  /** What waits for the present event to be done with. */
  readonly #pending: Happening[] = [];
  #isStepping = false;
  #isClosed = false;
  #holdRefused = false;

  constructor(options: PairDriverOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#state = initialElection(options.config, options.nonce, options.clock.nowMs());
  }

  get status(): PairStatus {
    return pairStatus(this.#state, this.#config, this.#options.authenticated);
  }

  /** The session of the peer that has been confirmed; null: none. */
  get peerNonce(): number | null {
    return this.#state.peer?.packet.nonce ?? null;
  }

  /** Begins: what the kernel has comes first, since a daemon before this one may have left it. */
  start(): void {
    this.#tell({ kind: "kernel", holds: this.#options.kernel.holds, refused: false });
    this.linkChanged();
    this.command("start");
  }

  /** A datagram of the peer's address has come. */
  received(packet: Outcome<Packet, DecodeFault>): void {
    this.#tell(
      packet.ok ? { kind: "packet", packet: packet.value } : { kind: "bad-packet", fault: packet.error },
    );
  }

  command(command: OperatorCommand): void {
    this.#tell({ kind: "command", command });
  }

  /** Goes on under other settings. Not for the paths, the addresses and the key: they need a new start. */
  reconfigure(config: PairConfig): void {
    if (this.#isClosed) return;
    this.#config = config;
    this.#state = underConfig(this.#state, config, this.#options.clock.nowMs());
    if (addressPresence(this.#state) === "held") this.#tellRefusal(this.#options.kernel.hold(config.leaseMs));
    this.#tell({ kind: "tick" });
  }

  service(name: string, alive: boolean): void {
    this.#tell({ kind: "service", name, alive });
  }

  gateway(answers: boolean): void {
    this.#tell({ kind: "gateway", answers });
  }

  /** Somebody else has a floating address: an answer to a probe, or a quarrel while this unit holds it. */
  addressClaimed(by: "peer" | "stranger"): void {
    const kind = this.#state.kernelHolds ? "conflict" : "address-answered";
    // Both answer, as when a cut cable is whole again: clients of either may come here before its next beat does.
    if (kind === "conflict" && by === "peer") this.#options.connections.sharing();
    this.#tell({ kind, by });
  }

  linkChanged(): void {
    this.#tell({ kind: "link", up: this.#options.kernel.linkUp });
  }

  /** The kernel's floating addresses have changed by somebody else's doing, or their lease has ended. */
  addressesChanged(): void {
    this.#tell({ kind: "kernel", holds: this.#options.kernel.holds, refused: false });
  }

  /** Stops all timers; the kernel keeps what it has until its lease ends. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#proofTimer !== null) clearTimeout(this.#proofTimer);
    if (this.#answerTimer !== null) clearTimeout(this.#answerTimer);
    if (this.#answerImmediate !== null) clearImmediate(this.#answerImmediate);
  }

  #tell(happening: Happening): void {
    if (this.#isClosed) return;
    if (this.#pending.length < PENDING_MAX) this.#pending.push(happening);
    if (this.#isStepping || this.#answerTimer !== null) return;
    const lateMs = this.#options.clock.nowMs() - this.#dueMs;
    if (lateMs > LATE_MS && this.#state.at === "standby") this.#askAgain(lateMs);
    else this.#stepPending();
  }

  /**
   * This process did not run when it should have. The answers that it knows of are old, and newer ones wait
   * to be read: a standby that decided now could take an address that answers elsewhere. It asks, and decides
   * when the answers that have come by then are read.
   */
  #askAgain(lateMs: number): void {
    const { kernel } = this.#options;
    kernel.probe();
    this.#answerTimer = setTimeout(() => {
      // A turn of the event loop later everything that waited at the sockets has been read.
      this.#answerImmediate = setImmediate(() => {
        this.#answerTimer = null;
        this.#pending.sort((a, b) => Number(isNews(b)) - Number(isNews(a)));
        this.#stepPending();
        if (lateMs > STALL_MS) this.#catchUp(lateMs);
      });
    }, ANSWER_MS);
  }

  #stepPending(): void {
    this.#isStepping = true;
    try {
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift())
        this.#step({ ...next, nowMs: this.#options.clock.nowMs() });
    } finally {
      this.#isStepping = false;
      this.#pending.length = 0;
    }
    this.#watchForFrames();
    this.#schedule();
  }

  #step(event: ElectionEvent): void {
    const { kernel } = this.#options;
    const waiting: ElectionCommand[] = [];
    const { linkUp, linkProven } = this.#state;
    let next: ElectionEvent | null = event;
    // What the kernel answers is one more event, and its commands come after those that made it.
    for (let round = 0; next !== null && round < RECONCILES_MAX; round += 1) {
      const { state, commands } = step(this.#state, this.#config, next);
      this.#state = state;
      next = this.#reconcile();
      waiting.push(...commands);
    }
    // Frames from before prove nothing.
    if ((linkProven || !linkUp) && this.#state.linkUp && !this.#state.linkProven)
      this.#framesBefore = kernel.framesReceived();
    for (const command of waiting) this.#perform(command);
  }

  /** Makes the kernel match; what it has then, where that is news. */
  #reconcile(): ElectionEvent | null {
    const { kernel, connections, clock } = this.#options;
    const { reason } = this.#state;
    const presence = addressPresence(this.#state);
    let refused = false;
    // Also what was found under the lease of an earlier life.
    if (presence === "held" && kernel.holds) connections.taken();
    if (presence === "held" && !kernel.holds) {
      connections.taking(reason === "handover");
      const held = kernel.hold(this.#config.leaseMs);
      if (held.ok) connections.taken();
      else connections.leaving(false);
      refused = !held.ok;
      this.#tellRefusal(held);
    } else if (presence === "absent" && kernel.holdsSome) {
      connections.leaving(reason === "handed-over");
      const released = kernel.release();
      if (!released.ok) this.#options.logger("error", "address-stays", { why: released.error });
    } else {
      if (presence === "absent") connections.gone();
      if (kernel.holds === this.#state.kernelHolds) return null;
    }
    return { kind: "kernel", holds: kernel.holds, refused, nowMs: clock.nowMs() };
  }

  /** Once for each refusal, not with every attempt. */
  #tellRefusal(held: Outcome<null, string>): void {
    if (!held.ok && !this.#holdRefused) this.#options.logger("error", "address-refused", { why: held.error });
    this.#holdRefused = !held.ok;
  }

  #perform(command: ElectionCommand): void {
    const { kernel, paths, connections, logger, onManualLine, onStopped } = this.#options;
    switch (command.kind) {
      case "send":
        paths.send(command.packet);
        return;
      case "announce":
        // What the other unit has begun must be let through before its clients come here.
        if (bothHold(this.#state, this.#config)) connections.sharing();
        // A late one would cost the new holder its clients.
        if (kernel.holds) kernel.announce();
        return;
      case "probe":
        kernel.probe();
        return;
      case "renew-lease":
        if (addressPresence(this.#state) === "held") this.#renew(command.leaseMs);
        return;
      case "log": {
        const { level, event, values, line } = command;
        logger(level, event, line === undefined ? values : { ...values, line });
        if (line !== undefined) onManualLine(line);
        return;
      }
      case "stopped":
        onStopped();
        return;
      case "prepare-handover":
      case "drain-connections":
        connections.tell();
        return;
      case "reset-connections":
        connections.reset();
        return;
    }
  }

  #renew(leaseMs: number): void {
    const { kernel } = this.#options;
    const held = kernel.hold(leaseMs);
    this.#tellRefusal(held);
    if (held.ok) return;
    kernel.refresh();
    this.#pending.push({ kind: "kernel", holds: kernel.holds, refused: true });
  }

  #schedule(): void {
    if (this.#isClosed) return;
    const dueMs = nextDeadlineMs(this.#state, this.#config);
    if (this.#timer !== null && dueMs === this.#dueMs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#dueMs = dueMs;
    if (dueMs === Infinity) return;
    const waitMs = Math.max(0, Math.ceil(dueMs - this.#options.clock.nowMs()));
    this.#timer = setTimeout(() => this.#wake(), waitMs);
  }

  #wake(): void {
    this.#timer = null;
    const lateMs = this.#options.clock.nowMs() - this.#dueMs;
    if (lateMs > STALL_MS && this.#state.at !== "standby") this.#catchUp(lateMs);
    this.#tell({ kind: "tick" });
  }

  /** What this process has missed is read; nothing is believed that was known before. */
  #catchUp(lateMs: number): void {
    const { kernel, logger, onStall } = this.#options;
    logger("warning", "stalled", { lateMs: Math.round(lateMs) });
    kernel.refresh();
    this.addressesChanged();
    this.linkChanged();
    onStall();
  }

  /** The link is proven by the first frame that it receives: the counters are read until then. */
  #watchForFrames(): void {
    if (this.#isClosed || this.#proofTimer !== null || this.#state.linkProven || !this.#state.linkUp) return;
    this.#proofTimer = setTimeout(() => {
      this.#proofTimer = null;
      const frames = this.#options.kernel.framesReceived();
      const isProven = frames.every((count, index) => count > (this.#framesBefore[index] ?? 0));
      if (isProven) this.#tell({ kind: "frame" });
      else this.#watchForFrames();
    }, LINK_PROOF_MS);
  }
}
