/** A pair to play with: what can be done to it, and what everybody sees of it. */
import { join } from "node:path";
import { callControl } from "#control/client.ts";
import type { PairStatusAnswer } from "#control/contract.ts";
import type { RunningPair } from "#test/bench/ha/contender.ts";
import { futago } from "#test/bench/ha/futago.ts";
import { Lab } from "#test/bench/ha/lab.ts";
import type { Owner } from "#test/support/owner.ts";
import { floatingOf, otherUnit, type UnitName } from "#test/support/pair-settings.ts";

const INTERVAL_MS = 100;
const HISTORY_LINES = 12;
const UNITS = ["a", "b"] as const;

/** The manual's words for what a unit does. */
const OPERATIONS = {
  active: "稼働 active",
  standby: "待機 standby",
  "out-of-service": "停止 out of service",
} as const;

/** What has been done to a unit and not been undone. */
interface Hurt {
  isDead: boolean;
  isCut: boolean;
  isSplit: boolean;
  hangs: boolean;
}

interface Deed {
  readonly key: string;
  readonly what: string;
  /** Says what was done. */
  readonly run: (demonstration: Demonstration) => Promise<string> | string;
}

export const DEEDS: readonly Deed[] = [
  { key: "k", what: "kill the active unit", run: (pair) => pair.kill() },
  { key: "c", what: "cut its cable", run: (pair) => pair.cut() },
  { key: "s", what: "split: no frames, but a carrier", run: (pair) => pair.split() },
  { key: "g", what: "hang its heartbeat process", run: (pair) => pair.hang() },
  { key: "h", what: "heal what was cut, split or hangs", run: (pair) => pair.heal() },
  { key: "t", what: "stop it as planned", run: (pair) => pair.stop() },
  { key: "r", what: "start what is dead", run: (pair) => pair.restart() },
  { key: "o", what: "hand over", run: (pair) => pair.handOver() },
];

export class Demonstration {
  readonly #lab: Lab;
  readonly #pair: RunningPair;
  readonly #hurt: Record<UnitName, Hurt> = {
    a: { isDead: false, isCut: false, isSplit: false, hangs: false },
    b: { isDead: false, isCut: false, isSplit: false, hangs: false },
  };
  readonly #history: string[] = [];
  #holders = "";

  private constructor(lab: Lab, pair: RunningPair) {
    this.#lab = lab;
    this.#pair = pair;
  }

  /** Builds bridge, client and units; resolves when unit a holds and b stands by. */
  static async start(owner: Owner, signal: AbortSignal): Promise<Demonstration> {
    const lab = new Lab(owner, [4, 6], signal);
    return new Demonstration(lab, await lab.open(futago(INTERVAL_MS, [4, 6])));
  }

  /** Does what the key stands for; false when it stands for nothing. */
  async act(key: string): Promise<boolean> {
    const deed = DEEDS.find((each) => each.key === key);
    if (deed === undefined) return false;
    this.#note(`you: ${await deed.run(this)}`);
    return true;
  }

  kill(): string {
    const unit = this.#active();
    this.#lab.network.forward(unit, "off");
    this.#pair.kill(unit);
    this.#lab.forgetAddresses(unit);
    this.#hurt[unit].isDead = true;
    return `unit ${unit} has lost its power`;
  }

  cut(): string {
    const unit = this.#active();
    this.#lab.network.cable(unit, "down");
    this.#hurt[unit].isCut = true;
    return `the cable of unit ${unit} is out`;
  }

  split(): string {
    const unit = this.#active();
    this.#lab.network.forward(unit, "off");
    this.#hurt[unit].isSplit = true;
    return `no frame goes to or from unit ${unit}`;
  }

  hang(): string {
    const unit = this.#active();
    this.#pair.hangDaemon(unit);
    this.#hurt[unit].hangs = true;
    return `the heartbeat process of unit ${unit} does not run`;
  }

  heal(): string {
    for (const unit of UNITS) {
      const hurt = this.#hurt[unit];
      if (hurt.isCut) this.#lab.network.cable(unit, "up");
      if (hurt.isSplit && !hurt.isDead) this.#lab.network.forward(unit, "on");
      if (hurt.hangs) this.#pair.resumeDaemon(unit);
      hurt.isCut = hurt.isSplit = hurt.hangs = false;
    }
    return "cables, network and processes are well again";
  }

  async stop(): Promise<string> {
    const unit = this.#active();
    await this.#pair.stop(unit);
    this.#hurt[unit].isDead = true;
    return `unit ${unit} was stopped, and handed over before`;
  }

  restart(): string {
    const dead = UNITS.filter((unit) => this.#hurt[unit].isDead);
    for (const unit of dead) {
      if (!this.#hurt[unit].isSplit) this.#lab.network.forward(unit, "on");
      this.#pair.start(unit);
      this.#hurt[unit].isDead = false;
    }
    return dead.length === 0 ? "both units run" : `unit ${dead.join(" and ")} starts`;
  }

  async handOver(): Promise<string> {
    const unit = this.#active();
    await this.#pair.handover?.(unit);
    return `unit ${unit} was told to hand over`;
  }

  /** Looks at everything once, which takes half a second: the lines of the screen. */
  async look(): Promise<readonly string[]> {
    const { udp, http } = await this.#lab.client.seen();
    const lost = udp.reduce((sum, each) => sum + each.lost, 0);
    const failed = http.reduce((sum, each) => sum + each.lost, 0);
    if (lost + failed > 0) {
      const outageMs = Math.max(...[...udp, ...http].map((each) => each.outageMs));
      this.#note(
        `client: ${lost} datagrams and ${failed} pages lost, up to ${outageMs} ms without an answer`,
      );
    }
    const holders = UNITS.filter((unit) => this.#lab.watch.isHeldBy(unit)).join(" and ");
    if (holders !== this.#holders)
      this.#note(`kernel: ${holders === "" ? "nobody" : `unit ${holders}`} has the addresses`);
    this.#holders = holders;
    const units = await Promise.all(UNITS.map((unit) => this.#unitLine(unit)));
    const served = lost === 0 ? "served" : "NOT SERVED";
    return [
      `floating addresses ${floatingOf(this.#lab.families).join(", ")}   ${INTERVAL_MS} ms × 3`,
      ...units,
      `client    ${served}, a datagram and a page through the proxy every 5 ms`,
      "",
      ...this.#history,
    ];
  }

  async #unitLine(unit: UnitName): Promise<string> {
    const socket = join(this.#lab.network.folder, unit, "heartbeat.sock");
    const hurt = this.#hurt[unit];
    const answer = hurt.isDead || hurt.hangs ? null : await callControl(socket, { command: "pair-status" });
    const text = answer?.ok ? statusText(answer.value) : hurt.hangs ? "hangs" : "does not run";
    const notes = [hurt.isCut ? "cable out" : "", hurt.isSplit ? "split off" : ""].filter(
      (note) => note !== "",
    );
    return `unit ${unit}    ${text}${notes.length === 0 ? "" : `   [${notes.join(", ")}]`}`;
  }

  /** Who has the addresses, or else the unit set as active. */
  #active(): UnitName {
    const holder = UNITS.find((unit) => this.#lab.watch.isHeldOnlyBy(unit));
    return holder ?? (this.#hurt.a.isDead ? otherUnit("a") : "a");
  }

  #note(line: string): void {
    this.#history.push(`${new Date().toLocaleTimeString("sv-SE")}  ${line}`);
    if (this.#history.length > HISTORY_LINES) this.#history.shift();
  }
}

function statusText({ own, peer, sent, received, lost, warnings }: PairStatusAnswer): string {
  const roundTrip =
    peer === null || peer.roundTripMs === null ? "" : `, ${peer.roundTripMs.toFixed(1)} ms there and back`;
  const beats = `beats ${sent} sent, ${received} received, ${lost} lost${roundTrip}`;
  const warned = warnings.length === 0 ? "" : `   ! ${warnings.join(", ")}`;
  return `${OPERATIONS[own.operation]} (${own.reason})${own.holds ? ", holds" : ""}   ${beats}${warned}`;
}
