/** Two units through 2,000 hours of everything that can go wrong; `make sim` goes on with other seeds. */
import t from "tap";
import { PLANTED_BUGS } from "./planted-bugs.ts";
import { HOUR_MS, simulate } from "./simulate.ts";

const SEEDS = 2_000;
const FIRST_SEED = 7_900;
/** A planted bug must be found within this many hours. */
const BUG_SEEDS = 60;

t.setTimeout(600_000);

t.test("the same seed brings the same hour", async (t) => {
  t.strictSame(simulate(1, HOUR_MS), simulate(1, HOUR_MS));
  t.notSame(simulate(1, HOUR_MS).diary, simulate(2, HOUR_MS).diary);
});

for (const { name, breaks, core } of PLANTED_BUGS) {
  t.test(`found: ${name}`, async (t) => {
    let found: string | null = null;
    for (let seed = 1; seed <= BUG_SEEDS && (found === null || !breaks.test(found)); seed += 1)
      found = simulate(seed, HOUR_MS, core).broken ?? found;
    t.match(found, breaks);
  });
}

t.test(`every invariant holds for ${SEEDS} hours`, async (t) => {
  const total = { faults: 0, moves: 0 };
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
    const { broken, diary, faults, moves } = simulate(seed, HOUR_MS);
    if (broken !== null) t.fail(`seed ${seed}: ${broken}\n${diary.slice(-20).join("\n")}`);
    total.faults += faults;
    total.moves += moves;
  }
  t.comment(`${SEEDS} hours, ${total.faults} faults, ${total.moves} moves`);
  t.ok(total.moves > SEEDS && total.faults > 5 * SEEDS, "the hours were not idle ones");
});
