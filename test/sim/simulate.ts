/** One seed: an hour, or longer, of a pair. */
import { type Core, REAL_CORE } from "./host.ts";
import { Invariants } from "./invariants.ts";
import { Schedule } from "./schedule.ts";
import { World } from "./world.ts";

export const HOUR_MS = 3_600_000;

export interface SimReport {
  readonly seed: number;
  /** The invariant that broke, with its time and the states; null when all held. */
  readonly broken: string | null;
  /** What happened, a line each, up to the end or the fault. */
  readonly diary: readonly string[];
  readonly events: number;
  readonly faults: number;
  readonly moves: number;
  readonly served: number;
  readonly unserved: number;
}

/** Lets a pair live through `simulatedMs` of what `seed` brings, or until an invariant breaks. */
export function simulate(seed: number, simulatedMs: number, core: Core = REAL_CORE): SimReport {
  const world = new World(seed, core);
  const schedule = new Schedule(world, seed);
  const invariants = new Invariants(world, schedule);
  const [first, second] = world.rng.oneIn(2) ? [world.a, world.b] : [world.b, world.a];
  first.start();
  world.queue.after(world.rng.below(5_000), () => second.start());
  world.queue.run(simulatedMs, () => invariants.broken !== null);
  return {
    seed,
    broken: invariants.broken,
    diary: schedule.diary,
    events: world.queue.happened,
    faults: schedule.faults,
    moves: invariants.moves,
    served: world.client.served,
    unserved: world.client.unserved,
  };
}
