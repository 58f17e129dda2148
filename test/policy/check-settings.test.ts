import t from "tap";
import { checkPolicySettings } from "#policy/check-settings.ts";
import { defaultSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";

const pathsOf = (change: (settings: Settings) => Partial<Settings>): readonly string[] => {
  const settings = defaultSettings();
  return checkPolicySettings({ ...settings, ...change(settings) }).map(({ path }) => path);
};

t.test("the default settings are right", async (t) => {
  t.strictSame(checkPolicySettings(defaultSettings()), []);
});

t.test("listening on other than loopback needs the networks of clients", async (t) => {
  const listen = [{ address: "0.0.0.0", port: 3128 }];
  t.strictSame(
    pathsOf(() => ({ listen })),
    ["listen[0].address"],
  );
  t.strictSame(
    pathsOf(() => ({ listen, clients: { allowedNetworks: [] } })),
    ["listen[0].address"],
  );
  t.strictSame(
    pathsOf(() => ({ listen, clients: { allowedNetworks: ["127.0.0.1", "::1"] } })),
    ["listen[0].address"],
  );
  t.strictSame(
    pathsOf(() => ({ listen, clients: { allowedNetworks: ["10.0.0.0/8"] } })),
    [],
  );
  t.strictSame(
    pathsOf(() => ({ listen, clients: { allowedNetworks: ["0.0.0.0/0"] } })),
    [],
  );
  const loopback = [
    { address: "127.0.0.5", port: 3128 },
    { address: "::1", port: 3128 },
  ];
  t.strictSame(
    pathsOf(() => ({ listen: loopback, clients: { allowedNetworks: [] } })),
    [],
  );
});

t.test("listen addresses are addresses, each with its own port", async (t) => {
  const listener = { address: "127.0.0.1", port: 3128 };
  t.strictSame(
    pathsOf(() => ({ listen: [{ address: "localhost", port: 3128 }] })),
    ["listen[0].address"],
  );
  t.strictSame(
    pathsOf(() => ({ listen: [listener, listener] })),
    ["listen[1]"],
  );
  t.strictSame(
    pathsOf(() => ({ listen: [listener, { ...listener, port: 3129 }] })),
    [],
  );
  const any = { address: "127.0.0.1", port: 0 };
  t.strictSame(
    pathsOf(() => ({ listen: [any, any] })),
    [],
  );
  t.strictSame(
    pathsOf(({ metrics }) => ({ metrics: { ...metrics, enabled: true, address: "x" } })),
    ["metrics.address"],
  );
});

t.test("networks and ports are right", async (t) => {
  t.strictSame(
    pathsOf(({ requests, connect }) => ({
      clients: { allowedNetworks: ["10.0.0.0/8", "10.0.0.1/8"] },
      egress: { allow: [{ network: "x" }, { network: "::/0", ports: [80, "9-8"] }], refuse: ["1.2.3"] },
      requests: { ...requests, ports: ["0-1"] },
      connect: { ...connect, ports: [443, "5-70000"] },
    })),
    [
      "clients.allowedNetworks[1]",
      "requests.ports[0]",
      "connect.ports[1]",
      "egress.refuse[0]",
      "egress.allow[0].network",
      "egress.allow[1].ports[1]",
    ],
  );
});

t.test("a slip beyond the prefix is answered with what was probably meant", async (t) => {
  const settings = { ...defaultSettings(), clients: { allowedNetworks: ["10.1.2.3/8"] } };
  t.match(checkPolicySettings(settings), [{ found: '"10.1.2.3/8"', expected: /perhaps 10\.0\.0\.0\/8$/ }]);
});

t.test("parents have their own names, URLs, patterns and whole credentials", async (t) => {
  const parent = { name: "a", url: "http://a:80", domains: ["*"] };
  t.strictSame(
    pathsOf(() => ({ parents: [parent] })),
    [],
  );
  t.strictSame(
    pathsOf(() => ({ parents: [parent, parent] })),
    ["parents[1].name"],
  );
  t.strictSame(
    pathsOf(() => ({ parents: [{ ...parent, url: "http://a:0", domains: ["*.b"] }] })),
    ["parents[0].url", "parents[0].domains[0]"],
  );
  t.strictSame(
    pathsOf(() => ({ parents: [{ ...parent, username: "u" }] })),
    ["parents[0].passwordFile"],
  );
  t.strictSame(
    pathsOf(() => ({ parents: [{ ...parent, passwordFile: "p" }] })),
    ["parents[0].username"],
  );
  const whole = { ...parent, username: "u", passwordFile: "p" };
  t.strictSame(
    pathsOf(() => ({ parents: [whole] })),
    [],
  );
  t.strictSame(
    pathsOf(() => ({ parents: [{ ...whole, username: "u:v" }] })),
    ["parents[0].username"],
  );
});

t.test("source addresses have their family", async (t) => {
  t.strictSame(
    pathsOf(({ upstream }) => ({
      upstream: { ...upstream, sourceAddressV4: "::1", sourceAddressV6: "1.2.3.4" },
    })),
    ["upstream.sourceAddressV4", "upstream.sourceAddressV6"],
  );
});

t.test("name servers are addresses, perhaps with a port", async (t) => {
  const servers = ["192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53"];
  t.strictSame(
    pathsOf(({ dns }) => ({ dns: { ...dns, servers } })),
    [],
  );
  const wrong = ["dns.example", "192.0.2.1:0", "192.0.2.1:", "[192.0.2.1]:53", "2001:db8::1]:53"];
  t.strictSame(
    pathsOf(({ dns }) => ({ dns: { ...dns, servers: wrong } })),
    wrong.map((_, index) => `dns.servers[${index}]`),
  );
  t.strictSame(
    pathsOf(({ dns }) => ({ dns: { ...dns, ttlMinMs: 5_000, ttlMaxMs: 1_000 } })),
    ["dns.ttlMinMs"],
  );
});
