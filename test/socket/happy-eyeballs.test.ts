import t from "tap";
import type { Outcome } from "#base/outcome.ts";
import { ATTEMPTS_MAX, raceAddresses } from "#socket/happy-eyeballs.ts";
import type { TransportFailure } from "#transport/resolve.ts";

type Result = Outcome<string, TransportFailure>;

/** Attempts and a timer that a test moves by hand, and the log of what the race did. */
function playground(addresses: readonly string[]) {
  const log: string[] = [];
  const attempts = new Map<string, (result: Result) => void>();
  let elapsed: (() => void) | null = null;
  const cancel = raceAddresses<string>(
    {
      addresses,
      delayMs: 250,
      attempt: (address, done) => {
        log.push(`try ${address}`);
        attempts.set(address, done);
        return () => log.push(`cancel ${address}`);
      },
      startTimer: (fire, delayMs) => {
        log.push(`wait ${delayMs}`);
        elapsed = fire;
        return () => {
          if (elapsed === fire) elapsed = null;
        };
      },
    },
    (outcome) =>
      log.push(outcome.ok ? `won ${outcome.value}` : `${outcome.error.reason}: ${outcome.error.detail}`),
  );
  return {
    cancel,
    isWaiting: () => elapsed !== null,
    win: (address: string) => attempts.get(address)?.({ ok: true, value: address }),
    fail: (address: string, reason: TransportFailure["reason"]) =>
      attempts.get(address)?.({ ok: false, error: { reason, detail: address } }),
    elapse: () => elapsed?.(),
    take: () => log.splice(0),
  };
}

t.test("the first address wins alone when it answers in time", async (t) => {
  const race = playground(["a", "b"]);
  t.strictSame(race.take(), ["wait 250", "try a"]);
  race.win("a");
  t.strictSame(race.take(), ["won a"]);
  t.notOk(race.isWaiting());
});

t.test("a silent address costs the delay, and the first connection wins", async (t) => {
  const race = playground(["dead", "b", "c"]);
  race.take();
  race.elapse();
  t.strictSame(race.take(), ["wait 250", "try b"]);
  race.win("b");
  t.strictSame(race.take(), ["cancel dead", "won b"]);
  race.win("dead");
  t.strictSame(race.take(), [], "and nothing more");
});

t.test("the slow first address may still win", async (t) => {
  const race = playground(["slow", "b"]);
  race.elapse();
  race.take();
  race.win("slow");
  t.strictSame(race.take(), ["cancel b", "won slow"]);
});

t.test("a failure starts the next at once", async (t) => {
  const race = playground(["a", "b", "c"]);
  race.take();
  race.fail("a", "connect-failed");
  t.strictSame(race.take(), ["wait 250", "try b"]);
  race.elapse();
  t.strictSame(race.take(), ["try c"], "the last needs no timer");
  race.fail("b", "connect-failed");
  t.strictSame(race.take(), []);
  race.win("c");
  t.strictSame(race.take(), ["won c"]);
});

t.test("when all fail, the most telling reason is given with every detail", async (t) => {
  const race = playground(["a", "b", "c"]);
  race.fail("a", "connect-failed");
  race.fail("b", "connect-refused");
  race.take();
  race.fail("c", "connect-timeout");
  t.strictSame(race.take(), ["connect-refused: a, b, c"]);
  t.notOk(race.isWaiting());
});

t.test("attempts that fail during the call are followed to the end", async (t) => {
  const outcomes: Result[] = [];
  const broken: Result = { ok: false, error: { reason: "connect-failed", detail: "x" } };
  const attempt = (_: string, done: (result: Result) => void) => {
    done(broken);
    return () => {};
  };
  raceAddresses<string>({ addresses: ["a", "b", "c"], delayMs: 1, attempt }, (outcome) =>
    outcomes.push(outcome),
  );
  t.strictSame(outcomes, [{ ok: false, error: { reason: "connect-failed", detail: "x, x, x" } }]);
});

t.test("cancelled, it drops every attempt and says nothing", async (t) => {
  const race = playground(["a", "b"]);
  race.elapse();
  race.take();
  race.cancel();
  t.strictSame(race.take(), ["cancel a", "cancel b"]);
  race.win("a");
  race.fail("b", "connect-failed");
  t.strictSame(race.take(), []);
  t.notOk(race.isWaiting());
});

t.test("a name with hundreds of addresses has a bound", async (t) => {
  const race = playground(Array.from({ length: 300 }, (_, index) => `a${index}`));
  for (let index = 0; index < 300; index += 1) race.fail(`a${index}`, "connect-refused");
  const tries = race.take().filter((line) => line.startsWith("try"));
  t.equal(tries.length, ATTEMPTS_MAX);
});
