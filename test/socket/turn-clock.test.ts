import { createConnection } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import t from "tap";
import { listen } from "#socket/listener.ts";
import { turnClock } from "#socket/turn-clock.ts";
import { Recorder } from "./wire-kinds.ts";

/** A clock that moves with each look at it. */
function restlessClock() {
  let nowMs = 0;
  return turnClock({ nowMs: () => ++nowMs, wallMs: () => 1_000 + ++nowMs });
}

t.test("outside of a turn the clock is read each time", async (t) => {
  const clock = restlessClock();
  t.strictSame([clock.nowMs(), clock.nowMs(), clock.wallMs()], [1, 2, 1_003]);
  await turn();
  t.equal(clock.nowMs(), 4);
});

t.test("within a turn time stands still, and the next turn has another", async (t) => {
  const clock = restlessClock();
  const seen: (readonly [number, number, number])[] = [];
  const two = Promise.withResolvers<null>();
  const outcome = listen({ address: "127.0.0.1", port: 0, reusePort: false }, (wire) => {
    wire.handler = new Recorder();
    seen.push([clock.nowMs(), clock.nowMs(), clock.wallMs()]);
    wire.destroy();
    if (seen.length === 2) two.resolve(null);
    else createConnection(listener.port, "127.0.0.1").on("error", () => {});
  });
  if (!outcome.ok) throw new Error(outcome.error.text);
  const listener = outcome.value;
  createConnection(listener.port, "127.0.0.1").on("error", () => {});
  await two.promise;
  listener.close();
  t.strictSame(seen, [
    [1, 1, 1_002],
    [3, 3, 1_004],
  ]);
});
