/** One life of a pair: every scenario after the other, each measured from its cause until the pair has settled. */
import { setTimeout as pause } from "node:timers/promises";
import type { UnitName } from "#test/support/pair-settings.ts";
import type { Contender, RunningPair } from "./contender.ts";
import type { Lab } from "./lab.ts";

/** In their order: each begins with unit a holding and ends so, or is followed by the one that mends it. */
export const SCENARIOS = [
  "crash",
  "failback after a crash",
  "planned stop",
  "failback after a stop",
  "silent partition",
  "heal",
  "daemon killed",
  "daemon restarted",
  "daemon hangs",
  "daemon goes on",
  "link down",
  "link up",
  "handover",
  "handover back",
] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface Sample {
  /** The worst of all floating addresses. */
  readonly lost: number;
  readonly outageMs: number;
  /** The same of pages through the proxy; null without a proxy. */
  readonly failed: number | null;
  readonly httpOutageMs: number | null;
  /** Questions for an address that two machines answered. */
  readonly twice: number;
  readonly bothHeldMs: number;
  /** From the cause until the address was where it belongs. */
  readonly movedMs: number;
  /** After a loss of carrier, until the address was gone; null in other scenarios. */
  readonly releasedMs: number | null;
  /** How late the client was at worst. */
  readonly lagMs: number;
}

/** A leased address is gone by then; what is left behind now stays for ever. */
const LEFT_BEHIND_MS = 4_000;

/** What is done, and how it ends; `settled`: the pair is whole again afterwards. */
interface Act {
  readonly scenario: Scenario;
  readonly cause: (pair: RunningPair, lab: Lab) => void | Promise<void>;
  readonly end: (pair: RunningPair, lab: Lab) => Promise<void>;
}

const settledAt =
  (unit: UnitName): Act["end"] =>
  (pair, lab) =>
    lab.settled(pair, unit);
const heldBy =
  (unit: UnitName): Act["end"] =>
  (_, lab) =>
    lab.heldOnlyBy(unit);
/** Either the address moves, or it is plain that nobody takes it away. */
const heldOrLeftBehind: Act["end"] = (_, lab) =>
  Promise.race([lab.heldOnlyBy("b"), pause(LEFT_BEHIND_MS, undefined, { ref: false })]);

const ACTS: readonly Act[] = [
  {
    scenario: "crash",
    cause(pair, lab) {
      lab.network.forward("a", "off");
      pair.kill("a");
      lab.forgetAddresses("a");
    },
    end: heldBy("b"),
  },
  {
    scenario: "failback after a crash",
    cause(pair, lab) {
      lab.network.forward("a", "on");
      pair.start("a");
    },
    end: settledAt("a"),
  },
  { scenario: "planned stop", cause: (pair) => pair.stop("a"), end: heldBy("b") },
  { scenario: "failback after a stop", cause: (pair) => pair.start("a"), end: settledAt("a") },
  {
    scenario: "silent partition",
    cause: (_, lab) => lab.network.forward("a", "off"),
    end: (_, lab) => lab.servedBy("b"),
  },
  { scenario: "heal", cause: (_, lab) => lab.network.forward("a", "on"), end: settledAt("a") },
  { scenario: "daemon killed", cause: (pair) => pair.killDaemon("a"), end: heldOrLeftBehind },
  { scenario: "daemon restarted", cause: (pair) => pair.reviveDaemon("a"), end: settledAt("a") },
  { scenario: "daemon hangs", cause: (pair) => pair.hangDaemon("a"), end: heldOrLeftBehind },
  { scenario: "daemon goes on", cause: (pair) => pair.resumeDaemon("a"), end: settledAt("a") },
  {
    scenario: "link down",
    cause: (_, lab) => lab.network.cable("a", "down"),
    end: (_, lab) => lab.servedBy("b"),
  },
  { scenario: "link up", cause: (_, lab) => lab.network.cable("a", "up"), end: settledAt("a") },
  { scenario: "handover", cause: (pair) => pair.handover?.("a"), end: settledAt("b") },
  { scenario: "handover back", cause: (pair) => pair.handover?.("b"), end: settledAt("a") },
];

const NEEDS_COMMAND: ReadonlySet<Scenario> = new Set(["handover", "handover back"]);

/** Lives through all scenarios; `tell` gets each sample. A pair that does not settle ends its life there, by throwing. */
export async function runCycle(
  lab: Lab,
  contender: Contender,
  tell: (scenario: Scenario, sample: Sample) => void,
): Promise<void> {
  const pair = await lab.open(contender);
  for (const { scenario, cause, end } of ACTS) {
    if (NEEDS_COMMAND.has(scenario) && pair.handover === null) continue;
    await lab.client.seen();
    lab.watch.reset();
    const startedMs = performance.now();
    await cause(pair, lab);
    await end(pair, lab).catch((error: unknown) => {
      throw new Error(`${scenario}: ${(error as Error).message}`, { cause: error });
    });
    const movedMs = performance.now() - startedMs;
    tell(scenario, await measure(lab, scenario, movedMs));
  }
}

async function measure(lab: Lab, scenario: Scenario, movedMs: number): Promise<Sample> {
  const { udp, http, lagMs, twice } = await lab.client.seen();
  const worst = (values: readonly number[]): number => Math.max(0, ...values);
  return {
    lost: worst(udp.map(({ lost }) => lost)),
    outageMs: worst(udp.map(({ outageMs }) => outageMs)),
    failed: http.length === 0 ? null : worst(http.map(({ lost }) => lost)),
    httpOutageMs: http.length === 0 ? null : worst(http.map(({ outageMs }) => outageMs)),
    twice,
    bothHeldMs: lab.watch.bothHeldMs,
    movedMs,
    releasedMs: scenario === "link down" ? lab.watch.releasedAfterMs("a") : null,
    lagMs,
  };
}
