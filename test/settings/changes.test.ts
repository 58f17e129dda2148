/** What two versions of the settings differ in, what is left without the defaults, and what a pair shares. */
import t from "tap";
import { changedAtNextStart } from "#settings/at-next-start.ts";
import { describeSettings } from "#settings/describe.ts";
import { defaultSettings, parseSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";
import { scopeOf, sharedSections, withShared } from "#settings/scope.ts";
import { sparseSettings } from "#settings/sparse.ts";
import { leafValues, valueChanges } from "#settings/value-changes.ts";

function settings(value: object): Settings {
  const parsed = parseSettings(JSON.stringify(value));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

void t.test("differences are told value by value", async (t) => {
  const paths = (before: object, after: object): unknown => valueChanges(settings(before), settings(after));
  t.strictSame(paths({}, {}), []);
  t.strictSame(paths({}, { dns: { timeoutMs: 3_000 } }), [
    { kind: "changed", path: "dns.timeoutMs", before: 5_000, after: 3_000 },
  ]);
  t.strictSame(paths({}, { upstream: { sourceAddressV4: "192.0.2.1" } }), [
    { kind: "added", path: "upstream.sourceAddressV4", after: "192.0.2.1" },
  ]);
  const [a, b, c] = [1, 2, 3].map((port) => ({ address: "127.0.0.1", port }));
  t.strictSame(paths({ listen: [a, b] }, { listen: [a, c] }), [
    { kind: "changed", path: "listen[1].port", before: 2, after: 3 },
  ]);
  t.strictSame(paths({ listen: [a, b, c] }, { listen: [b, c] }), [
    { kind: "removed", path: "listen[0]", before: a },
  ]);
  t.strictSame(paths({ listen: [a] }, { listen: [a, b] }), [{ kind: "added", path: "listen[1]", after: b }]);
  t.match(paths({ dns: { servers: ["192.0.2.1"] } }, { dns: { servers: ["192.0.2.2"] } }), [
    { kind: "changed", path: "dns.servers" },
  ]);
});

void t.test("what the defaults say anyway is left out, and comes back", async (t) => {
  t.strictSame(sparseSettings(defaultSettings()), {});
  const written = {
    unit: { name: "x" },
    listen: [{ address: "127.0.0.1", port: 1 }],
    dns: { timeoutMs: 3_000 },
  };
  const sparse = sparseSettings(settings(written));
  t.strictSame(sparse, written);
  t.strictSame(settings(sparse), settings(written));
});

void t.test("every setting is shared or this unit's only, and what is its own stays", async (t) => {
  for (const { rows } of describeSettings())
    for (const { path } of rows) t.ok(["shared", "unit"].includes(scopeOf(path)), path);
  t.equal(scopeOf("unit.name"), "unit");
  t.equal(scopeOf("listen[].port"), "unit");
  t.equal(scopeOf("redundancy.role"), "unit");
  t.equal(scopeOf("redundancy.intervalMs"), "shared");
  t.equal(scopeOf("upstream.sourceAddressV4"), "unit");
  t.equal(scopeOf("upstream.connectTimeoutMs"), "shared");
  const [own, other] = [
    settings({ unit: { name: "a" }, redundancy: { role: "active" }, dns: { timeoutMs: 1_000 } }),
    settings({
      unit: { name: "b" },
      redundancy: { role: "standby", intervalMs: 100 },
      dns: { timeoutMs: 2_000 },
    }),
  ];
  const merged = settings(withShared(own, sharedSections(other)));
  t.match(merged, {
    unit: { name: "a" },
    redundancy: { role: "active", intervalMs: 100 },
    dns: { timeoutMs: 2_000 },
  });
  const some = settings(withShared(own, { dns: sharedSections(other)["dns"], unit: { name: "forged" } }));
  t.match(some, { unit: { name: "a" }, redundancy: { intervalMs: 2_000 }, dns: { timeoutMs: 2_000 } });
});

void t.test("what waits for the next start is told", async (t) => {
  const changed = { cache: { folder: "elsewhere" }, dns: { timeoutMs: 1_000 } };
  t.strictSame(changedAtNextStart(defaultSettings(), settings(changed)), ["cache.folder"]);
  t.ok(leafValues(defaultSettings()).some(([path]) => path === "limits.headBytesMax"));
});
