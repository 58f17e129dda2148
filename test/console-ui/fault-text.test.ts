import t from "tap";
import { faultText } from "#console/ui/forms/fault-text.ts";
import type { SchemaNode } from "#console/ui/forms/json-schema.ts";
import { parseSettings } from "#settings/parse-settings.ts";
import { SettingsSchema } from "#settings/schema.ts";

const schema = SettingsSchema as unknown as SchemaNode;

function japanese(settings: object): string {
  const parsed = parseSettings(JSON.stringify(settings));
  if (parsed.ok) return "no fault";
  const [fault] = parsed.error;
  return fault === undefined ? "no fault" : faultText(fault, schema, "ja");
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

t.test("English is the server's own sentence", async (t) => {
  const fault = { path: "unit.name", found: '"a b"', expected: "letters" };
  t.equal(faultText(fault, schema, "en"), '"a b" is not accepted; expected letters');
});

t.test("a fault that the schema has no words for keeps the server's", async (t) => {
  const fault = { path: "nowhere", found: "an unknown key", expected: "one of unit" };
  t.match(faultText(fault, schema, "ja"), /one of unit/);
});
