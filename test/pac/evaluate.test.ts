import t from "tap";
import { ALL_WELL, clientOrder } from "#pac/client-order.ts";
import { evaluate } from "#pac/evaluate.ts";
import { planFor, plansOf } from "#pac/plan.ts";
import { wpadSettings } from "./wpad-samples.ts";

const nothing = (): readonly string[] => [];

const ask = (changes: object, host: string, resolve: (name: string) => readonly string[] = nothing) => {
  const plan = planFor(plansOf(wpadSettings(changes).wpad), "10.0.0.4");
  return evaluate(plan, clientOrder(plan, "10.0.0.4", ALL_WELL), host, resolve);
};

t.test("the first rule wins, and says which it was", async (t) => {
  const rules = [
    { match: "exact", value: "www.example.com", via: "b" },
    { match: "suffix", value: "example.com" },
  ];
  t.match(ask({ rules }, "www.example.com"), {
    route: "PROXY 192.168.0.2:8080",
    cause: { kind: "rule", index: 0 },
  });
  t.match(ask({ rules }, "ftp.example.com"), { route: "DIRECT", cause: { kind: "rule", index: 1 } });
  t.match(ask({ rules }, "example.org"), {
    route: "PROXY 192.168.0.1:8080; PROXY 192.168.0.2:8080",
    cause: { kind: "balanced", by: "parity" },
  });
});

t.test("names are resolved after all rules by text, once, and only names", async (t) => {
  const asked: string[] = [];
  const resolve = (name: string): readonly string[] => {
    asked.push(name);
    return ["192.0.2.1", "::ffff:10.0.0.1"];
  };
  const changes = {
    resolveNames: true,
    rules: [
      { match: "network", value: "10.0.0.0/8", via: "b" },
      { match: "suffix", value: "example.com" },
    ],
  };
  t.match(
    ask(changes, "www.example.com", resolve),
    { cause: { index: 1, resolved: null } },
    "a later rule by text",
  );
  t.strictSame(asked, []);
  t.match(ask(changes, "www.example.org", resolve), { cause: { index: 0, resolved: "::ffff:10.0.0.1" } });
  t.match(ask(changes, "192.0.2.9", resolve), { cause: { kind: "balanced" } });
  t.strictSame(asked, ["www.example.org"]);
});

t.test("by host: each proxy has its share of the hosts, and a host keeps its proxy", async (t) => {
  const proxies = [
    { name: "a", host: "192.0.2.1", weight: 3 },
    { name: "b", host: "192.0.2.2", weight: 1 },
  ];
  const chooser = (of: readonly object[]) => {
    const plan = planFor(plansOf(wpadSettings({ balance: "host", proxies: of }).wpad), "10.0.0.4");
    const order = clientOrder(plan, "10.0.0.4", ALL_WELL);
    return (host: string): string => evaluate(plan, order, host, nothing).route.split(";")[0] ?? "";
  };
  const first = chooser(proxies);
  const hosts = Array.from({ length: 4_000 }, (_, at) => `host${at}.example.com`);
  const share = hosts.filter((host) => first(host) === "PROXY 192.0.2.1:3128").length / hosts.length;
  t.ok(Math.abs(share - 0.75) < 0.075, `${share} of the hosts go to the proxy of three quarters`);
  const later = chooser([...proxies, { name: "c", host: "192.0.2.3", weight: 1 }]);
  for (const host of hosts.slice(0, 500)) {
    const now = later(host);
    if (now !== "PROXY 192.0.2.3:3128") t.equal(now, first(host));
  }
});

t.test("a rule's proxy stands alone, and by choice before DIRECT", async (t) => {
  const rules = [{ match: "plain", via: "b" }];
  t.equal(ask({ rules }, "intranet").route, "PROXY 192.168.0.2:8080");
  t.equal(ask({ rules, trailingDirect: true }, "intranet").route, "PROXY 192.168.0.2:8080; DIRECT");
  const special = [
    { name: "a", host: "192.0.2.1" },
    { name: "partner", host: "192.0.2.9", weight: 0 },
  ];
  const partner = [{ match: "suffix", value: "partner.example", via: "partner" }];
  t.equal(ask({ proxies: special, rules: partner }, "x.partner.example").route, "PROXY 192.0.2.9:3128");
  t.equal(
    ask({ proxies: special, rules: partner }, "x.example").route,
    "PROXY 192.0.2.1:3128",
    "and is for nothing else",
  );
});
