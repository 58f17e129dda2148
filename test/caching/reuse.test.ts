import t from "tap";
import { mayServeStaleOnFailure, reuseOf } from "#caching/reuse.ts";
import { evaluated, RECEIVED_MS, rulesOf, traitsOf } from "#test/support/stored-response.ts";

const at = (seconds: number): number => RECEIVED_MS + seconds * 1_000;
const reuse = (cc: string, request: string | null, seconds: number): string =>
  reuseOf(
    evaluated([["Cache-Control", cc]]),
    traitsOf(request === null ? [] : [["Cache-Control", request]]),
    at(seconds),
  );

const CASES: readonly (readonly [string, string | null, number, string])[] = [
  ["max-age=60", null, 59, "fresh"],
  ["max-age=60", null, 60, "validate"],
  ["max-age=60, no-cache", null, 1, "validate"],
  ['max-age=60, no-cache="set-cookie"', null, 1, "fresh"],
  ["max-age=60", "no-cache", 1, "validate"],
  ["max-age=60", "max-age=0", 1, "validate"],
  ["max-age=60, immutable", "max-age=0", 1, "fresh"],
  ["max-age=60, immutable", "max-age=0", 61, "validate"],
  ["max-age=60, immutable", "no-cache, max-age=0", 1, "validate"],
  ["max-age=60", "max-age=30", 29, "fresh"],
  ["max-age=60", "max-age=30", 31, "validate"],
  ["max-age=60", "min-fresh=30", 29, "fresh"],
  ["max-age=60", "min-fresh=30", 31, "validate"],
  ["max-age=60", "max-stale=30", 89, "stale"],
  ["max-age=60", "max-stale=30", 91, "validate"],
  ["max-age=60", "max-stale", 999_999, "stale"],
  ["max-age=60, must-revalidate", "max-stale", 61, "validate"],
  ["max-age=60, proxy-revalidate", "max-stale", 61, "validate"],
  ["s-maxage=60", "max-stale", 61, "validate"],
  ["max-age=60, stale-while-revalidate=30", null, 89, "stale-while-revalidate"],
  ["max-age=60, stale-while-revalidate=30", null, 91, "validate"],
  ["max-age=60, stale-while-revalidate=30, must-revalidate", null, 61, "validate"],
];

for (const [cc, request, seconds, expected] of CASES) {
  t.test(`reuse: ${cc}, asked ${request ?? "plainly"} after ${seconds} s`, async (t) => {
    t.equal(reuse(cc, request, seconds), expected);
  });
}

t.test("Pragma counts only where there is no Cache-Control", async (t) => {
  const response = evaluated([["Cache-Control", "max-age=60"]]);
  t.equal(reuseOf(response, traitsOf([["Pragma", "no-cache"]]), at(1)), "validate");
  t.equal(reuseOf(response, traitsOf([["Pragma", "foo"]]), at(1)), "fresh");
  t.equal(
    reuseOf(
      response,
      traitsOf([
        ["Pragma", "no-cache"],
        ["Cache-Control", "max-age=30"],
      ]),
      at(1),
    ),
    "fresh",
  );
});

t.test("an override may ignore a client's reload, but not what the response says", async (t) => {
  const rules = rulesOf({ overrides: [{ pattern: "*", ignoreClientReload: true }] });
  const reload = traitsOf([["Cache-Control", "no-cache"]]);
  t.equal(reuseOf(evaluated([["Cache-Control", "max-age=60"]], {}, rules), reload, at(1)), "fresh");
  t.equal(reuseOf(evaluated([["Cache-Control", "no-cache"]], {}, rules), reload, at(1)), "validate");
});

t.test("an invalidated response is validated, and never served stale", async (t) => {
  const response = evaluated([["Cache-Control", "max-age=60, stale-if-error=60"]], { invalidated: true });
  t.equal(reuseOf(response, traitsOf([["Cache-Control", "max-stale"]]), at(1)), "validate");
  t.equal(mayServeStaleOnFailure(response, traitsOf([]), "unreachable", at(61)), false);
});

const FAILURES: readonly (readonly [string, string, "server-error" | "unreachable", number, boolean])[] = [
  ["max-age=60", "", "server-error", 61, false],
  ["max-age=60", "", "unreachable", 61, true],
  ["max-age=60", "", "unreachable", 60 + 3_601, false],
  ["max-age=60", "no-cache", "unreachable", 61, false],
  ["max-age=60, stale-if-error=30", "", "server-error", 89, true],
  ["max-age=60, stale-if-error=30", "", "server-error", 91, false],
  ["max-age=60", "stale-if-error=30", "server-error", 89, true],
  ["max-age=60, stale-if-error=9999, must-revalidate", "", "server-error", 61, false],
  ["max-age=60, proxy-revalidate", "", "unreachable", 61, false],
  ["s-maxage=60", "", "unreachable", 61, false],
  ["max-age=60, no-cache", "", "unreachable", 61, false],
];

for (const [cc, request, failure, seconds, expected] of FAILURES) {
  t.test(`stale on ${failure}: ${cc}, asked "${request}" after ${seconds} s`, async (t) => {
    const traits = traitsOf(request === "" ? [] : [["Cache-Control", request]]);
    t.equal(
      mayServeStaleOnFailure(evaluated([["Cache-Control", cc]]), traits, failure, at(seconds)),
      expected,
    );
  });
}
