import t from "tap";
import { selectorOf } from "#console/ui/pages/cache/selector.ts";

t.test("what is entered becomes a selector", async (t) => {
  t.strictSame(selectorOf("url", " http://a.test/ "), { by: "url", url: "http://a.test/" });
  t.strictSame(selectorOf("content-type", "image/*"), { by: "content-type", contentType: "image/*" });
  t.strictSame(selectorOf("age", "24"), { by: "age", olderThanMs: 86_400_000 });
  t.strictSame(selectorOf("all", ""), { by: "all" });
});

t.test("nothing is purged by an empty or unreadable text", async (t) => {
  t.equal(selectorOf("host", "  "), null);
  t.equal(selectorOf("age", "soon"), null);
  t.equal(selectorOf("age", "-1"), null);
});
