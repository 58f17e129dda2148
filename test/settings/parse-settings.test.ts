import { readFileSync } from "node:fs";
import t from "tap";
import { defaultSettings, parseSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";
import type { SettingsFault } from "#settings/settings-fault.ts";

interface FaultVector {
  readonly behaviour: string;
  readonly text: string;
  readonly faults: readonly (readonly [path: string, found: string, expected: string])[];
}

const VECTORS = JSON.parse(readFileSync("test/settings/faults.json", "utf8")) as readonly FaultVector[];

function faultsOf(text: string): readonly SettingsFault[] {
  const outcome = parseSettings(text);
  return outcome.ok ? [] : outcome.error;
}

function settingsOf(text: string): Settings {
  const outcome = parseSettings(text);
  if (!outcome.ok) throw new Error(`unexpected faults: ${JSON.stringify(outcome.error)}`);
  return outcome.value;
}

t.test("faults are told with path, value and expectation", async (t) => {
  for (const { behaviour, text, faults } of VECTORS)
    t.strictSame(
      faultsOf(text),
      faults.map(([path, found, expected]) => ({ path, found, expected })),
      behaviour,
    );
});

t.test("an empty object means the defaults", async (t) => {
  t.strictSame(settingsOf("{}"), defaultSettings());
  t.strictSame(settingsOf(" \r\n{ }\n"), defaultSettings());
});

t.test("defaults fill in what is absent, at every depth", async (t) => {
  const settings = settingsOf(
    `{"listen":[{"port":8080}],"limits":{"headFieldsMax":50},"parents":[{"name":"p","url":"http://p:1"}]}`,
  );
  t.strictSame(settings.listen, [{ address: "127.0.0.1", port: 8080 }]);
  t.equal(settings.limits.headFieldsMax, 50);
  t.equal(settings.limits.headBytesMax, 65_536);
  t.strictSame(settings.parents[0]?.domains, ["*"]);
  t.notOk("sourceAddressV4" in settings.upstream, "optional settings without a default stay absent");
});

t.test("given values win over the defaults, lists included", async (t) => {
  const settings = settingsOf(
    `{"clients":{"allowedNetworks":[]},"connect":{"ports":["1-65535"]},"upstream":{"sourceAddressV6":"2001:db8::1"}}`,
  );
  t.strictSame(settings.clients.allowedNetworks, []);
  t.strictSame(settings.connect.ports, ["1-65535"]);
  t.equal(settings.upstream.sourceAddressV6, "2001:db8::1");
});

t.test("the settings are frozen to the last list, and the next ones do not share them", async (t) => {
  const settings = defaultSettings();
  t.throws(() => (settings.listen as unknown[]).push(1), TypeError);
  t.throws(() => Object.assign(settings.limits, { headFieldsMax: 1 }), TypeError);
  t.not(defaultSettings().requests.methods, settings.requests.methods);
});

t.test("a text full of faults is answered with a bounded number of them, in bounded time", async (t) => {
  const keys = Array.from({ length: 50_000 }, () => `"x":[1]`).join(",");
  t.ok(faultsOf(`{${keys}}`).length <= 22, "the same key over and over");
  const ports = faultsOf(`{"connect":{"ports":[${"0,".repeat(50_000)}0]}}`);
  t.equal(ports.length, 101);
  t.strictSame(ports.at(-1), {
    path: "",
    found: "more faults than these",
    expected: "at most 100 to be shown",
  });
  t.equal(faultsOf(`{"unit":{"name":"${"\\n".repeat(500_000)}"}}`).length, 1, "a very long text");
});
