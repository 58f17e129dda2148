import t from "tap";
import { reasonInJapanese } from "#console/ui/pages/wpad/reason-text.ts";

t.test("every part of a reason is said in Japanese", async (t) => {
  t.equal(reasonInJapanese("rule 2: names without a dot"), "規則 2（ドットの無い名前）に合います");
  t.equal(
    reasonInJapanese(
      "profile guests: no rule is for the host: the proxies in the order of the settings; unit-b is last, because its unit is not well",
    ),
    "プロファイル guests: 合う規則がないため、設定の順に使います。unit-b はユニットが正常でないため最後です",
  );
});

t.test("what is not known stays", async (t) => {
  t.equal(reasonInJapanese("the moon is full"), "the moon is full");
});
