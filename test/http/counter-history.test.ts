import t from "tap";
import { CounterHistory } from "#http/counter-history.ts";

const STEP_MS = 10_000;

t.test("growth is counted from the newest sample that is old enough", async (t) => {
  const history = new CounterHistory(2, 10, 0);
  t.strictSame(
    history.growth(5_000, 60_000, [3, 30]),
    [3, 30],
    "from the start, while there is no older one",
  );
  for (let step = 1; step <= 20; step += 1) history.add(step * STEP_MS, [step, 10 * step]);
  t.strictSame(history.growth(200_000, 0, [20, 200]), [0, 0]);
  t.strictSame(history.growth(200_000, 1, [20, 200]), [1, 10]);
  t.strictSame(history.growth(200_000, 30_000, [20, 200]), [3, 30]);
  t.strictSame(history.growth(204_000, 30_000, [25, 250]), [8, 80], "what came since the last sample counts");
  t.strictSame(history.growth(204_000, 30_000, [25, 250]), [8, 80], "asking changes nothing");
});

t.test("a stretch longer than what is held is as long as that", async (t) => {
  const history = new CounterHistory(1, 10, 0);
  for (let step = 1; step <= 1_000; step += 1) history.add(step * STEP_MS, [step]);
  t.strictSame(history.growth(1_000 * STEP_MS, 3_600_000, [1_000]), [9]);
});

t.test("a gap between samples is seen as what it is", async (t) => {
  const history = new CounterHistory(1, 10, 0);
  history.add(10_000, [100]);
  history.add(900_000, [101]);
  t.strictSame(history.growth(905_000, 60_000, [103]), [3]);
  t.strictSame(history.growth(960_000, 60_000, [103]), [2]);
});
