/** The loop: inputs in turn for each target, each from the seed and its number alone. */
import { Rng } from "./rng.ts";
import { broken, type FuzzTarget, type Verdict } from "./target.ts";

export interface FuzzPlan {
  readonly targets: readonly FuzzTarget[];
  readonly seed: number;
  /** Both end the run, whichever comes first. */
  readonly inputsMax: number;
  readonly secondsMax: number;
}

export interface FuzzFault {
  readonly target: string;
  readonly index: number;
  readonly input: Buffer;
  readonly fault: string;
}

export interface FuzzReport {
  readonly inputs: number;
  readonly seconds: number;
  /** Share of inputs that each target accepted, 0 to 1. */
  readonly acceptedShare: Readonly<Record<string, number>>;
  readonly fault: FuzzFault | null;
}

/** Checks one input; a throw is a fault like any other. */
export function checkInput(target: FuzzTarget, input: Buffer, rng: Rng): Verdict {
  try {
    return target.check(input, rng);
  } catch (error) {
    return broken(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** How often the clock is asked. */
const INPUTS_PER_LOOK = 256;

/** Runs until the plan's end, or the first fault. */
export function runFuzz(plan: FuzzPlan): FuzzReport {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1_000;
  const accepted = new Map<string, number>();
  let inputs = 0;
  let fault: FuzzFault | null = null;
  while (inputs < plan.inputsMax && fault === null) {
    if (inputs % INPUTS_PER_LOOK === 0 && seconds() > plan.secondsMax) break;
    const target = plan.targets[inputs % plan.targets.length] as FuzzTarget;
    const rng = new Rng(plan.seed, inputs);
    const input = target.generate(rng);
    const verdict = checkInput(target, input, rng);
    if (verdict.accepted) accepted.set(target.name, (accepted.get(target.name) ?? 0) + 1);
    if (verdict.fault !== null) fault = { target: target.name, index: inputs, input, fault: verdict.fault };
    inputs += 1;
  }
  const perTarget = Math.max(1, inputs / plan.targets.length);
  const acceptedShare = Object.fromEntries(
    plan.targets.map(({ name }) => [name, Number(((accepted.get(name) ?? 0) / perTarget).toFixed(3))]),
  );
  return { inputs, seconds: seconds(), acceptedShare, fault };
}
