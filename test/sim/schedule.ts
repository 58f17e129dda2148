/** When which fault befalls which unit: drawn from the seed, overlapping as they like. */
import { Rng } from "#test/fuzz/rng.ts";
import { FAULTS, type Fault } from "./faults.ts";
import type { Host } from "./host.ts";
import type { World } from "./world.ts";

const FIRST_AFTER_MS = 40_000;
/** From one fault to the next, drawn anew for each seed: some hours are crowded and some are calm. */
const PAUSES_MS = [30_000, 150_000, 500_000] as const;
const SHORTEST_MS = 50;
/** A daemon that was left dead is started by its supervisor. */
const SUPERVISION_MS = 30_000;

/** What is going on, for the invariants and for the report of a failure. */
export class Schedule {
  readonly #world: World;
  readonly #rng: Rng;
  readonly #pauseMs: number;
  readonly ongoing = new Map<string, Fault>();
  /** Lines of what was done, the newest last. */
  readonly diary: string[] = [];
  /** When the last fault of each effect began or ended. */
  readonly lastMs = { planned: -Infinity, disturbing: -Infinity, steady: -Infinity, none: -Infinity };
  faults = 0;

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#rng = new Rng(seed, 2);
    this.#pauseMs = this.#rng.pick(PAUSES_MS);
    world.queue.after(FIRST_AFTER_MS, () => this.#next());
    world.queue.after(SUPERVISION_MS, () => this.#supervise());
  }

  /** Whether something disturbs right now, other than a stranger's packets. */
  get isDisturbed(): boolean {
    for (const { effect } of this.ongoing.values()) if (effect === "disturbing") return true;
    return false;
  }

  /** When the last cause of a move began or ended; now, while one goes on that never rests. */
  lastCauseMs(): number {
    if (this.isDisturbed) return this.#world.queue.nowMs;
    return Math.max(this.lastMs.planned, this.lastFaultMs());
  }

  /** The same without planned moves. */
  lastFaultMs(): number {
    if (this.isDisturbed) return this.#world.queue.nowMs;
    return Math.max(this.lastMs.disturbing, this.lastMs.steady);
  }

  /** Whether nothing goes on that speaks against a move back. */
  get isCalm(): boolean {
    for (const { effect } of this.ongoing.values()) if (effect !== "none") return false;
    return true;
  }

  note(line: string): void {
    this.diary.push(`${(this.#world.queue.nowMs / 1_000).toFixed(3)} ${line}`);
  }

  #next(): void {
    const fault = this.#rng.pick(FAULTS);
    const host = this.#rng.pick(this.#world.hosts);
    this.#world.queue.after(1_000 + this.#rng.below(2 * this.#pauseMs), () => this.#next());
    this.#begin(fault, host);
  }

  #begin(fault: Fault, host: Host): void {
    const key = `${fault.kind === "other" || fault.kind === "network" ? fault.name : fault.kind} ${host.name}`;
    if (this.ongoing.has(key)) return;
    const lastsMs = SHORTEST_MS + this.#rng.below(fault.longestMs);
    this.faults += 1;
    this.ongoing.set(key, fault);
    this.lastMs[fault.effect] = this.#world.queue.nowMs;
    this.note(`${host.name}: ${fault.name}`);
    const end = fault.begin(this.#world, host, this.#rng);
    this.#world.queue.after(lastsMs, () => {
      this.ongoing.delete(key);
      this.lastMs[fault.effect] = this.#world.queue.nowMs;
      this.note(`${host.name}: end of ${fault.name}`);
      end();
    });
  }

  #supervise(): void {
    for (const host of this.#world.hosts)
      if (host.isUp && host.daemon === "dead" && !this.ongoing.has(`daemon ${host.name}`)) {
        this.lastMs.steady = this.#world.queue.nowMs;
        this.note(`${host.name}: the supervisor starts it`);
        host.start();
      }
    this.#world.queue.after(SUPERVISION_MS, () => this.#supervise());
  }
}
