import t from "tap";
import { explain } from "#caching/explanation.ts";
import { fieldsOf, RECEIVED_MS, rulesOf, stored } from "#test/support/stored-response.ts";

const KEY = "http://origin.example/a";
const fresh = stored([["Cache-Control", "max-age=60"]]);
const explained = (
  responses: Parameters<typeof explain>[1],
  request: Parameters<typeof fieldsOf>[0] = [],
  afterSeconds = 10,
  rules = rulesOf(),
) => explain(KEY, responses, fieldsOf(request), { rules, wallMs: RECEIVED_MS + afterSeconds * 1_000 });

t.test("each verdict has its reason", async (t) => {
  const cases = [
    [explained([]), "miss", "nothing is stored for this URL"],
    [explained([fresh]), "hit", "it is fresh for 50 s more (max-age)"],
    [explained([fresh], [], 70), "validation", "it is stale since 10 s (max-age)"],
    [
      explained([fresh], [["Cache-Control", "max-stale"]], 70),
      "stale hit",
      "it is stale since 10 s, which the request allows",
    ],
    [
      explained([fresh], [["Pragma", "no-cache"]]),
      "validation",
      "it is fresh, but the request wants the origin's word",
    ],
    [explained([{ ...fresh, invalidated: true }]), "validation", "it was invalidated or purged softly"],
    [explained([stored([["ETag", '"a"']])]), "validation", "nothing in it says how long it is fresh"],
    [
      explained([stored([["Cache-Control", "no-cache"]])]),
      "validation",
      "its no-cache asks for validation before every use",
    ],
    [
      explained([
        stored([
          ["Age", "x"],
          ["Cache-Control", "max-age=9"],
        ]),
      ]),
      "validation",
      "its Age cannot be read, so that it counts as stale",
    ],
    [
      explained([{ ...fresh, varyOn: [["foo", "1"]] }]),
      "miss",
      "none of 1 stored variants matches the request",
    ],
    [
      explained([{ ...fresh, parts: [{ first: 0, last: 4 }] }]),
      "partial",
      "only parts of the response are stored",
    ],
    [
      explained([stored([["Cache-Control", "max-age=60, stale-while-revalidate=60"]])], [], 70),
      "stale hit",
      "it is stale since 10 s and is validated meanwhile",
    ],
  ] as const;
  for (const [explanation, verdict, reason] of cases) t.match(explanation, { verdict, reason, key: KEY });
});

t.test("an override that acts is named, and every variant is told", async (t) => {
  const rules = rulesOf({ overrides: [{ pattern: "http://origin.*", never: true }] });
  const bypass = explained([fresh, { ...fresh, varyOn: [["foo", "1"]], tags: ["t"] }], [], 10, rules);
  t.match(bypass, { verdict: "bypass", reason: "the settings say never, for http://origin.*" });
  t.equal(bypass.override?.never, true);
  t.match(bypass.variants, [
    { isSelected: true, ageMs: 10_000, freshnessLeftMs: 50_000, lifetimeSource: "max-age" },
    { isSelected: false, varyOn: [["foo", "1"]], tags: ["t"] },
  ]);
});
