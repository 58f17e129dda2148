import { readFileSync } from "node:fs";
import t from "tap";
import { checkWpadSettings, wpadWarnings } from "#pac/check-wpad.ts";
import { wpadSettings } from "./wpad-samples.ts";

interface Case {
  readonly behaviour: string;
  readonly wpad: object;
  /** The path and a part of what is expected, of each fault. */
  readonly faults: readonly (readonly [path: string, expected: string])[];
}

const CASES = JSON.parse(
  readFileSync(new URL("./wpad-faults.json", import.meta.url), "utf8"),
) as readonly Case[];

t.test("what would make a script with a trap is refused, with its reason", async (t) => {
  for (const { behaviour, wpad, faults } of CASES) {
    const found = checkWpadSettings(wpadSettings(wpad));
    t.strictSame(
      found.map(({ path }) => path),
      faults.map(([path]) => path),
      behaviour,
    );
    for (const [index, [, expected]] of faults.entries())
      t.match(found[index]?.expected, expected, behaviour);
  }
});

t.test("scripts that browsers would ignore for their length are refused", async (t) => {
  const rules = Array.from({ length: 1_000 }, (_, at) => ({
    match: "exact",
    value: `${"long-".repeat(10)}${at}.example.com`,
  }));
  t.match(checkWpadSettings(wpadSettings({ rules })), [
    { path: "wpad.rules", found: /a script of \d+ bytes/ },
  ]);
  const profiles = [{ name: "big", rules }];
  t.match(checkWpadSettings(wpadSettings({ profiles })), [{ path: "wpad.profiles[0].rules" }]);
});

t.test("nothing is asked of a server that is off", async (t) => {
  t.strictSame(checkWpadSettings(wpadSettings({ enabled: false, proxies: [] })), []);
  t.strictSame(wpadWarnings(wpadSettings({ enabled: false, trailingDirect: true })), []);
});

t.test("what is allowed by choice is warned of, with the reason", async (t) => {
  const redundancy = { enabled: true, peerAddress: "192.168.0.2" };
  const listen = [{ address: "0.0.0.0", port: 8080 }];
  t.strictSame(wpadWarnings(wpadSettings({}, { redundancy, listen })), []);
  t.match(wpadWarnings(wpadSettings({ trailingDirect: true }, { redundancy, listen })), [
    /Chrome and Edge for 5 minutes, Firefox for 30/,
  ]);
  t.match(
    wpadWarnings(wpadSettings({ profiles: [{ name: "x", trailingDirect: true }] }, { redundancy, listen })),
    [/trailingDirect/],
  );
  t.match(wpadWarnings(wpadSettings({ resolveNames: true }, { redundancy, listen })), [/look-up/]);
  t.match(wpadWarnings(wpadSettings({}, { listen })), [/state of the peer is not known/]);
  const proxies = [
    { name: "a", host: "proxy", scheme: "https" },
    { name: "b", host: "192.0.2.1", scheme: "https" },
  ];
  t.match(wpadWarnings(wpadSettings({ proxies })), [/WinINet/, /certificate/, /without a domain/]);
  const listed = (home: string, unit: string) =>
    wpadWarnings(
      wpadSettings(
        {
          listed: "floating",
          proxies: [{ name: "a", host: "192.0.2.1", floatingHost: "192.0.2.100", unit }],
        },
        {
          redundancy: {
            ...redundancy,
            role: "standby",
            floatingAddresses: [{ address: "192.0.2.100", home }, { address: "192.0.2.101" }],
          },
        },
      ),
    ).filter((text) => /home/.test(text));
  t.strictSame(listed("standby", "this"), []);
  t.strictSame(listed("standby", "other"), []);
  t.match(listed("standby", "peer"), [/at home on the other unit/]);
  t.match(listed("active", "peer"), [/give one of them "home": "standby"/]);
  for (const at of [
    { address: "127.0.0.1", port: 8080 },
    { address: "0.0.0.0", port: 3128 },
  ])
    t.match(wpadWarnings(wpadSettings({}, { redundancy, listen: [at] })), [/does not listen on that port/]);
});
