import t from "tap";
import { faultText, inJapanese } from "#console/ui/forms/fault-text.ts";
import { checkRedundancySettings } from "#election/check-redundancy.ts";
import { describeSettings } from "#settings/describe.ts";
import { defaultSettings, parseSettings } from "#settings/parse-settings.ts";

function japanese(settings: object): string {
  const parsed = parseSettings(JSON.stringify(settings));
  if (parsed.ok) return "no fault";
  const [fault] = parsed.error;
  return fault === undefined ? "no fault" : faultText(fault, "ja");
}

t.test("a number out of its range is told with the units of people", async (t) => {
  t.equal(japanese({ redundancy: { intervalMs: 5 } }), "5 は使えません。使える値: 10 ミリ秒 ～ 1 分 の整数");
  t.equal(japanese({ listen: [{ port: 70_000 }] }), "70000 は使えません。使える値: 0 ～ 65535 の整数");
});

t.test("choices and forms are told", async (t) => {
  t.equal(japanese({ redundancy: { role: "both" } }), '"both" は使えません。使える値: active、standby');
  t.match(japanese({ unit: { name: "a b" } }), /半角英数字/);
  t.match(japanese({ requests: { ports: ["x"] } }), /1 ～ 65535 の整数、またはポートの範囲/);
});

t.test("what the schema expects of a plain value can always be said", async (t) => {
  const silent = describeSettings()
    .flatMap(({ rows }) => rows)
    .filter(({ type }) => type !== "array" && type !== "object")
    .filter(({ allowed }) => inJapanese(allowed) === null)
    .map(({ path, allowed }) => `${path}: ${allowed}`);
  t.strictSame(silent, []);
});

t.test("what is wrong with a pair that has the right shape is told as well", async (t) => {
  const interfaces = {
    addresses: [{ interface: "eth0", address: "192.0.2.1", prefixLength: 24 }],
    silent: [],
  };
  const { redundancy } = defaultSettings();
  const floating = { prefixLength: 25, interface: "eth0", home: "standby" } as const;
  const faults = [
    { ...redundancy, enabled: true },
    {
      ...redundancy,
      enabled: true,
      leaseMs: 1_500,
      peerAddress: "192.0.2.1",
      secondPeerAddress: "192.0.2.1",
      announce: { afterMs: [50, 40], everyMs: 0 },
      services: [redundancy.services[0], redundancy.services[0]].filter((one) => one !== undefined),
      floatingAddresses: [
        { ...floating, address: "192.0.2.1" },
        { ...floating, address: "192.0.2.100" },
        { ...floating, address: "192.0.2.100", prefixLength: 33 },
        { ...floating, address: "198.51.100.1", prefixLength: 24 },
        { ...floating, address: "192.0.2.101", interface: "eth7" },
      ],
    },
  ].flatMap((settings) => checkRedundancySettings(settings, interfaces));
  t.ok(faults.length > 10, `${faults.length}`);
  t.strictSame(
    faults.filter(({ expected }) => inJapanese(expected) === null),
    [],
  );
});

t.test("English is the server's own sentence", async (t) => {
  const fault = { path: "unit.name", found: '"a b"', expected: "letters" };
  t.equal(faultText(fault, "en"), '"a b" is not accepted; expected letters');
});

t.test("a sentence that is not known stays as it is; nothing is said to be nothing", async (t) => {
  t.match(faultText({ path: "x", found: "an unknown key", expected: "one of unit" }, "ja"), /one of unit/);
  t.match(faultText({ path: "x", found: "nothing", expected: "a path" }, "ja"), /^空欄 /);
});
