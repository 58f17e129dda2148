/** Two administrators at once: nothing of either is lost. */
import t from "tap";
import { mergeDocuments } from "#console/ui/forms/merge.ts";
import { type Document, valueAt, withValueAt } from "#console/ui/forms/settings-path.ts";

const BASE = {
  unit: { name: "a" },
  redundancy: { enabled: false, port: 7900, failback: { mode: "at-once", holdMs: 5000 } },
  listen: [{ address: "127.0.0.1", port: 3128 }],
};

t.test("changes of different settings fit together", async (t) => {
  const mine = withValueAt(BASE, "redundancy.failback.mode", "never");
  const theirs = withValueAt(BASE, "redundancy.failback.holdMs", 1000);
  const { merged, conflicts } = mergeDocuments(BASE, mine, theirs);
  t.strictSame(conflicts, []);
  t.strictSame(valueAt(merged, "redundancy.failback"), { mode: "never", holdMs: 1000 });
});

t.test("the same change twice is no conflict", async (t) => {
  const both = withValueAt(BASE, "unit.name", "b");
  t.strictSame(mergeDocuments(BASE, both, both), { merged: both, conflicts: [] });
});

t.test("one setting changed by both is a conflict, and mine stays until it is decided", async (t) => {
  const mine = withValueAt(BASE, "unit.name", "mine");
  const theirs = withValueAt(BASE, "unit.name", "theirs");
  const { merged, conflicts } = mergeDocuments(BASE, mine, theirs);
  t.strictSame(conflicts, [{ path: "unit.name", base: "a", mine: "mine", theirs: "theirs" }]);
  t.equal(valueAt(merged, "unit.name"), "mine");
});

t.test("a list is one value", async (t) => {
  const mine = withValueAt(BASE, "listen[1]", { address: "192.0.2.1", port: 8080 });
  const theirs = withValueAt(BASE, "listen[0].port", 8081);
  t.strictSame(
    mergeDocuments(BASE, mine, theirs).conflicts.map(({ path }) => path),
    ["listen"],
  );
});

t.test("a member that one took away and the other left alone is gone; a new one stays", async (t) => {
  const base = { redundancy: { gateway: "192.0.2.254", port: 7900 } };
  const mine = withValueAt(base, "redundancy.gateway", undefined);
  const theirs = withValueAt(base, "redundancy.peerAddress", "192.0.2.2");
  t.strictSame(mergeDocuments(base, mine, theirs).merged, {
    redundancy: { port: 7900, peerAddress: "192.0.2.2" },
  });
});

t.test("over every combination of changes, each side's own changes survive or are in conflict", async (t) => {
  const paths = ["unit.name", "redundancy.enabled", "redundancy.failback.mode", "listen[0].port"];
  const valuesOf = (bits: number, word: string): Document =>
    paths.reduce<Document>(
      (document, path, at) => ((bits >> at) & 1 ? withValueAt(document, path, `${word} ${at}`) : document),
      BASE,
    );
  for (let mineBits = 0; mineBits < 16; mineBits += 1)
    for (let theirBits = 0; theirBits < 16; theirBits += 1) {
      const [mine, theirs] = [valuesOf(mineBits, "mine"), valuesOf(theirBits, "theirs")];
      const { merged, conflicts } = mergeDocuments(BASE, mine, theirs);
      const clashes = conflicts.map(({ path }) => path);
      for (const [at, path] of paths.entries()) {
        const [byMe, byThem] = [(mineBits >> at) & 1, (theirBits >> at) & 1];
        const wanted = byMe ? mine : byThem ? theirs : BASE;
        const isRight = JSON.stringify(valueAt(merged, path)) === JSON.stringify(valueAt(wanted, path));
        const clash = clashes.some((one) => path.startsWith(one));
        if (!isRight || clash !== (byMe === 1 && byThem === 1)) t.fail(`${mineBits} ${theirBits} ${path}`);
      }
    }
});
