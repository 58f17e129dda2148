import t from "tap";
import { ALL_WELL, clientOrder, orderKey, type UnitStates } from "#pac/client-order.ts";
import { planFor, plansOf } from "#pac/plan.ts";
import { scriptText } from "#pac/script-text.ts";
import { PAIR, wpadSettings } from "./wpad-samples.ts";

const names = (changes: object, client: string, states: UnitStates = ALL_WELL): string => {
  const order = clientOrder(planFor(plansOf(wpadSettings(changes).wpad), client), client, states);
  return [...order.first, ...order.last].map(({ name }) => name).join(" ");
};

t.test("parity: the last octet decides, as in the manual", async (t) => {
  t.equal(names({}, "192.168.0.10"), "a b");
  t.equal(names({}, "192.168.0.11"), "b a");
  t.equal(names({}, "10.255.1.254"), "a b");
  t.equal(names({}, "2001:db8::4"), "a b");
  t.equal(names({}, "2001:db8::5"), "b a");
});

t.test("both units of a pair order alike, though each writes itself first", async (t) => {
  const mirrored = [
    { ...PAIR[1], unit: "this" },
    { ...PAIR[0], unit: "peer" },
  ];
  for (const balance of ["parity", "rendezvous", "host"]) {
    for (const client of ["192.168.0.10", "192.168.0.11", "10.0.0.77", "2001:db8::1"]) {
      const [one, other] = [wpadSettings({ balance }), wpadSettings({ balance, proxies: mirrored })].map(
        ({ wpad }) => {
          const plan = planFor(plansOf(wpad), client);
          return scriptText(plan, clientOrder(plan, client, ALL_WELL));
        },
      );
      t.equal(one, other, `${balance} ${client}`);
    }
  }
  t.equal(
    names({ balance: "none", proxies: mirrored }, "192.168.0.11"),
    "b a",
    "none: the order of the list",
  );
});

t.test("a unit that drains or is dead comes last, and its place is kept for when it is well", async (t) => {
  for (const state of ["draining", "dead"] as const) {
    t.equal(names({}, "192.168.0.10", { this: state, peer: "well" }), "b a");
    t.equal(names({}, "192.168.0.11", { this: "well", peer: state }), "a b");
    t.equal(
      names({}, "192.168.0.11", { this: state, peer: state }),
      "b a",
      "both: nothing is gained by a change",
    );
  }
  t.equal(names({}, "192.168.0.11", { this: "unknown", peer: "unknown" }), "b a");
  t.equal(names({}, "192.168.0.11"), "b a");
});

t.test("floating addresses keep their places: they fail over by themselves", async (t) => {
  const proxies = PAIR.map((proxy, at) => ({ ...proxy, floatingHost: `192.168.0.${100 + at}` }));
  const changes = { proxies, listed: "floating" };
  t.equal(names(changes, "192.168.0.10", { this: "dead", peer: "well" }), "a b");
  const plan = planFor(plansOf(wpadSettings(changes).wpad), "192.168.0.10");
  t.match(
    scriptText(plan, clientOrder(plan, "192.168.0.10", ALL_WELL)),
    "PROXY 192.168.0.100:8080; PROXY 192.168.0.101:8080",
  );
});

t.test("a script is the same for a client as long as nothing changes, and few differ", async (t) => {
  const plan = planFor(plansOf(wpadSettings({ balance: "rendezvous" }).wpad), "");
  const keys = Array.from({ length: 500 }, (_, at) =>
    orderKey(clientOrder(plan, `10.0.${at >> 8}.${at & 0xff}`, ALL_WELL)),
  );
  t.equal(new Set(keys).size, 2);
});

t.test("profiles: the first that has the client's network, else everybody's", async (t) => {
  const { wpad } = wpadSettings({
    trailingDirect: false,
    profiles: [
      { name: "lab", networks: ["10.1.0.0/16"], proxies: ["b"], trailingDirect: true, rules: [] },
      { name: "campus", networks: ["10.0.0.0/8", "2001:db8::/32"], balance: "host" },
      { name: "by-path-only", balance: "none" },
    ],
  });
  const plans = plansOf(wpad);
  t.equal(planFor(plans, "10.1.2.3").profile, "lab");
  t.equal(planFor(plans, "10.2.2.3").profile, "campus");
  t.equal(planFor(plans, "2001:db8::7").profile, "campus");
  t.equal(planFor(plans, "192.168.0.1").profile, null);
  const lab = planFor(plans, "10.1.2.3");
  t.strictSame([lab.proxies.map(({ name }) => name), lab.trailingDirect], [["b"], true]);
});
