/** A minute of fuzzing, always with the same seed; `make fuzz` goes on with others. */
import t from "tap";
import { runFuzz } from "./fuzz.ts";
import { Rng } from "./rng.ts";
import { broken, type FuzzTarget, holds } from "./target.ts";
import { TARGETS } from "./targets.ts";

const SEED = 7_900;
const SECONDS = 60;

t.setTimeout(5 * SECONDS * 1_000);

t.test("a planted fault is found, with the input that shows it", async (t) => {
  const planted: FuzzTarget = {
    name: "planted",
    generate: (rng) => Buffer.from([rng.below(256), rng.below(256)]),
    check: (input) => (input[0] === 0x42 ? broken("planted") : holds(true)),
  };
  const plan = { targets: [planted], seed: 1, inputsMax: 10_000, secondsMax: SECONDS };
  const { fault } = runFuzz(plan);
  t.match(fault, { target: "planted", fault: "planted" });
  t.equal(fault?.input[0], 0x42);
  t.strictSame(runFuzz(plan).fault, fault, "the same seed finds it again");
  const thrower: FuzzTarget = {
    ...planted,
    check: () => {
      throw new Error("thrown");
    },
  };
  t.match(runFuzz({ ...plan, targets: [thrower] }).fault?.fault, /thrown/, "a throw is a fault");
});

t.test("the random numbers depend on the seed and the stream alone", async (t) => {
  const draw = (seed: number, stream: number): readonly number[] => {
    const rng = new Rng(seed, stream);
    return [rng.next(), rng.next(), rng.below(1_000)];
  };
  t.strictSame(draw(1, 2), draw(1, 2));
  t.notSame(draw(1, 2), draw(1, 3));
  t.notSame(draw(1, 2), draw(2, 2));
});

t.test("no parser breaks a property in a minute", async (t) => {
  const report = runFuzz({
    targets: TARGETS,
    seed: SEED,
    inputsMax: Number.MAX_SAFE_INTEGER,
    secondsMax: SECONDS,
  });
  t.comment(`seed ${SEED}: ${report.inputs} inputs, ${JSON.stringify(report.acceptedShare)} accepted`);
  const { fault } = report;
  t.equal(
    fault,
    null,
    fault === null ? "" : `${fault.target} ${fault.input.toString("hex")}: ${fault.fault}`,
  );
  t.ok(report.inputs > 10_000, `${report.inputs} inputs`);
  for (const { name } of TARGETS) {
    const share = report.acceptedShare[name] ?? 0;
    t.ok(share > 0.1 && share < 0.95, `${name}: ${share} of the inputs are accepted`);
  }
});
