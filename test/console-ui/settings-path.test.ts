import t from "tap";
import { isSame, keysOf, valueAt, withValueAt } from "#console/ui/forms/settings-path.ts";

t.test("paths are read as the server writes them", async (t) => {
  t.strictSame(keysOf("redundancy.failback.mode"), ["redundancy", "failback", "mode"]);
  t.strictSame(keysOf("listen[12].port"), ["listen", 12, "port"]);
  t.throws(() => keysOf(""));
});

t.test("a value is read and written without touching the document", async (t) => {
  const document = { listen: [{ address: "127.0.0.1", port: 3128 }], unit: { name: "a" } };
  const changed = withValueAt(document, "listen[0].port", 8080);
  t.equal(valueAt(changed, "listen[0].port"), 8080);
  t.equal(valueAt(document, "listen[0].port"), 3128);
  t.equal(changed["unit"], document.unit, "what is not on the way is shared");
  t.equal(valueAt(document, "unit.name.first"), undefined);
});

t.test("undefined takes a member away", async (t) => {
  const document = { redundancy: { peerAddress: "192.0.2.2", port: 7900 } };
  t.strictSame(withValueAt(document, "redundancy.peerAddress", undefined), { redundancy: { port: 7900 } });
});

t.test("values are compared whatever the order of members", async (t) => {
  t.ok(isSame({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }));
  t.notOk(isSame([1, 2], [2, 1]));
  t.notOk(isSame({ a: 1 }, { a: 1, b: 2 }));
  t.notOk(isSame(null, {}));
});
