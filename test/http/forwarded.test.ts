import t from "tap";
import { addClientFields, type ClientFieldMode } from "#http/forwarded.ts";
import { fieldList } from "#test/support/field-list.ts";

const ARRIVED = [
  "A: 1",
  "X-Forwarded-For: 192.0.2.1",
  "Forwarded: for=192.0.2.1",
  "x-forwarded-for: 192.0.2.2",
];

const after = (
  modes: readonly [ClientFieldMode, ClientFieldMode],
  client: string,
  lines = ARRIVED,
): readonly string[] => {
  const fields = fieldList(lines);
  addClientFields(fields, client, { xForwardedFor: modes[0], forwarded: modes[1] });
  return fields.pairs().map(([name, value]) => `${name}: ${value}`);
};

t.test("off leaves both fields as they arrived", async (t) => {
  t.strictSame(after(["off", "off"], "10.0.0.1"), ARRIVED);
});

t.test("delete removes every line of the field, and only of it", async (t) => {
  t.strictSame(after(["delete", "off"], "10.0.0.1"), ["A: 1", "Forwarded: for=192.0.2.1"]);
  t.strictSame(after(["delete", "delete"], "10.0.0.1"), ["A: 1"]);
});

t.test("append makes one line that ends in the client", async (t) => {
  t.strictSame(after(["append", "append"], "10.0.0.1"), [
    "A: 1",
    "X-Forwarded-For: 192.0.2.1, 192.0.2.2, 10.0.0.1",
    "Forwarded: for=192.0.2.1, for=10.0.0.1;proto=http",
  ]);
  t.strictSame(after(["append", "append"], "10.0.0.1", []), [
    "X-Forwarded-For: 10.0.0.1",
    "Forwarded: for=10.0.0.1;proto=http",
  ]);
  t.strictSame(after(["append", "off"], "10.0.0.1", ["X-Forwarded-For: "]), ["X-Forwarded-For: 10.0.0.1"]);
});

t.test("an IPv6 address is bracketed and quoted in Forwarded, and plain in X-Forwarded-For", async (t) => {
  t.strictSame(after(["append", "append"], "2001:db8::1", []), [
    "X-Forwarded-For: 2001:db8::1",
    'Forwarded: for="[2001:db8::1]";proto=http',
  ]);
});

t.test("a zone is left out, and a mapped address is written as IPv4", async (t) => {
  t.strictSame(after(["append", "off"], "fe80::1%eth0", []), ["X-Forwarded-For: fe80::1"]);
  t.strictSame(after(["append", "append"], "::ffff:10.0.0.1", []), [
    "X-Forwarded-For: 10.0.0.1",
    "Forwarded: for=10.0.0.1;proto=http",
  ]);
});
