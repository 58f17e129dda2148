import t from "tap";
import { isLoop, viaElement, viaPseudonym } from "#http/via.ts";
import { fieldList } from "#test/support/field-list.ts";

const OURS = viaPseudonym("Futago", "3fa29b1c");

t.test("an element has the version received and our pseudonym", async (t) => {
  t.equal(viaElement(1, OURS), "1.1 Futago-3fa29b1c");
  t.equal(viaElement(0, OURS), "1.0 Futago-3fa29b1c");
});

t.test("our own element is found wherever it stands", async (t) => {
  const loops = [
    "1.1 Futago-3fa29b1c",
    "1.1 FUTAGO-3FA29B1C",
    "1.0 squid (squid/5.7), 1.1 futago-3fa29b1c",
    "HTTP/1.1\tfutago-3fa29b1c:3128 (x, y), 1.0 other",
    "1.1 a (one, (two) three\\), four),1.1 futago-3fa29b1c",
    ",, 1.1   futago-3fa29b1c",
  ];
  for (const via of loops) t.ok(isLoop(fieldList([`Via: ${via}`]), OURS), via);
  t.ok(isLoop(fieldList(["Via: 1.1 a", "A: 1", "via: 1.1 futago-3fa29b1c"]), OURS), "in a second line");
});

t.test("a parenthesis that is never closed does not hide our element", async (t) => {
  t.ok(isLoop(fieldList(["Via: 1.1 evil (", "Via: 1.1 futago-3fa29b1c, 1.1 b (squid/5.7)"]), OURS));
});

t.test("others are not taken for us", async (t) => {
  const others = [
    "1.1 futago",
    "1.1 futago-3fa29b1d",
    "1.1 futago-3fa29b1c0",
    "1.1 x-futago-3fa29b1c",
    "1.1 other (1.1 futago-3fa29b1c)",
    "1.1 other (a, 1.1 futago-3fa29b1c, b)",
    "futago-3fa29b1c",
    "",
  ];
  for (const via of others) t.notOk(isLoop(fieldList([`Via: ${via}`]), OURS), via);
  t.notOk(isLoop(fieldList(["X: 1.1 futago-3fa29b1c"]), OURS), "not in Via");
});
