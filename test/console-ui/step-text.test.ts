import t from "tap";
import { stepInJapanese } from "#console/ui/pages/explain/step-text.ts";

t.test("the server's sentences are said in Japanese, the narrower form first", async (t) => {
  t.equal(stepInJapanese("GET is allowed"), "GET は許可されています");
  t.equal(stepInJapanese("port 80 is allowed"), "ポート 80 は許可されています");
  t.equal(
    stepInJapanese("192.0.2.9 is in none of 127.0.0.0/8"),
    "192.0.2.9 は 127.0.0.0/8 のどれにも含まれません",
  );
  t.equal(
    stepInJapanese("169.254.169.254 is cloud metadata (special)"),
    "169.254.169.254 はクラウドのメタデータのアドレスです",
  );
});

t.test("a sentence that is not known stays", async (t) => {
  t.equal(stepInJapanese("GET http://example.com/"), null);
});
