import t from "tap";
import {
  choicesOf,
  controlOf,
  fittingUnit,
  freshItem,
  freshValue,
  lineValue,
  nodeAt,
  type SchemaNode,
  unitsOf,
} from "#console/ui/forms/json-schema.ts";
import { SettingsSchema } from "#settings/schema.ts";

const schema = SettingsSchema as unknown as SchemaNode;
const node = (path: string): SchemaNode => nodeAt(schema, path) ?? {};

t.test("each kind of setting has its control", async (t) => {
  t.equal(controlOf(node("redundancy.enabled"), "enabled"), "switch");
  t.equal(controlOf(node("redundancy.role"), "role"), "choice");
  t.equal(controlOf(node("redundancy.intervalMs"), "intervalMs"), "quantity");
  t.equal(controlOf(node("redundancy.count"), "count"), "number");
  t.equal(controlOf(node("clients.allowedNetworks"), "allowedNetworks"), "lines");
  t.equal(controlOf(node("listen"), "listen"), "items");
  t.equal(controlOf(node("listen[].address"), "address"), "text");
  t.equal(nodeAt(schema, "listen[].nothing"), null);
});

t.test("choices are words; a union of other things is none", async (t) => {
  t.strictSame(choicesOf(node("redundancy.role")), ["active", "standby"]);
  t.equal(choicesOf(node("requests.ports[]")), null);
  t.equal(choicesOf(node("unit.name")), null);
});

t.test("amounts are shown in the largest unit in which they are whole", async (t) => {
  const times = unitsOf("intervalMs") ?? [];
  t.equal(fittingUnit(2_000, times).name, "s");
  t.equal(fittingUnit(1_500, times).name, "ms");
  t.equal(fittingUnit(0, times).name, "ms");
  t.equal(fittingUnit(86_400_000, times).name, "d");
  t.equal(fittingUnit(64 * 1024, unitsOf("headBytesMax") ?? []).name, "KiB");
  t.equal(unitsOf("bodyRateBytesPerSecondMin")?.[0]?.name, "B/s");
  t.equal(unitsOf("count"), null);
});

t.test("a new item begins with its defaults and what it cannot be without", async (t) => {
  t.strictSame(freshValue(node("listen[]")), { address: "127.0.0.1", port: 3128 });
  const numbers = [[], [{ number: 1 }, { number: 3 }], [{ number: 1 }, {}]].map(
    (items) => freshItem(node("wpad.proxies[]"), items) as { readonly number: unknown },
  );
  t.strictSame(
    numbers.map(({ number }) => number),
    [1, 2, 2],
    "the lowest number that no other item has",
  );
  t.strictSame(freshValue(node("egress.allow[]")), { network: "" });
});

t.test("lines become numbers where the list may have numbers", async (t) => {
  const { items } = node("requests.ports");
  t.equal(lineValue("443", items), 443);
  t.equal(lineValue("1025-65535", items), "1025-65535");
  t.equal(lineValue("443", node("dns.servers").items), "443");
});
