import t from "tap";
import { evaluated, rulesOf } from "#test/support/stored-response.ts";
import vectors from "./freshness.json" with { type: "json" };

const VECTORS = vectors as unknown as readonly (readonly [
  string,
  Readonly<Record<string, string | number>>,
  number,
  number,
  string,
])[];

for (const [behaviour, fields, status, seconds, source] of VECTORS) {
  t.test(`freshness: ${behaviour}`, async (t) => {
    const response = evaluated(Object.entries(fields), { status });
    t.equal(response.lifetimeMs, seconds * 1_000);
    t.equal(response.lifetimeSource, source);
  });
}

t.test("an override bounds the lifetime of the URLs that its pattern matches", async (t) => {
  const rules = rulesOf({
    overrides: [{ pattern: "http://origin.example/*", lifetimeMinMs: 60_000, lifetimeMaxMs: 90_000 }],
  });
  t.equal(evaluated([["Cache-Control", "max-age=1"]], {}, rules).lifetimeMs, 60_000);
  t.equal(evaluated([["Cache-Control", "max-age=3600"]], {}, rules).lifetimeMs, 90_000);
  t.equal(evaluated([["Cache-Control", "max-age=70"]], {}, rules).lifetimeMs, 70_000);
  t.equal(evaluated([["Cache-Control", "max-age=70"]], {}, rules).lifetimeSource, "max-age");
  const others = rulesOf({ overrides: [{ pattern: "http://other.example/*", lifetimeMinMs: 60_000 }] });
  t.equal(evaluated([["Cache-Control", "max-age=1"]], {}, others).lifetimeMs, 1_000);
});

t.test(
  "a targeted field takes the place of Cache-Control and Expires, where the list names it",
  async (t) => {
    const rules = rulesOf({ targetedFields: ["CDN-Cache-Control"] });
    const fields = [
      ["CDN-Cache-Control", "max-age=60"],
      ["Cache-Control", "no-store"],
      ["Expires", 10],
    ] as const;
    t.equal(evaluated(fields, {}, rules).lifetimeMs, 60_000);
    t.equal(evaluated(fields, {}, rules).directives.noStore, false);
    t.equal(evaluated(fields).directives.noStore, true, "not in the list: not looked at");
    const broken = [
      ["CDN-Cache-Control", "max-age="],
      ["Cache-Control", "max-age=5"],
    ] as const;
    t.equal(evaluated(broken, {}, rules).lifetimeMs, 5_000, "one that is no dictionary is ignored");
    t.equal(evaluated([["CDN-Cache-Control", "max-age=1.5"]], {}, rules).lifetimeMs, 0);
  },
);
