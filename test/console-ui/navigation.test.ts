/** The pages stand in the manual's order, under its names, each in a folder of its own. */
import { existsSync, readdirSync } from "node:fs";
import t from "tap";
import { headingsOf, PAGES, SECTIONS } from "#console/ui/shell/navigation.ts";

t.test("sections and the pages of システム have the manual's names", async (t) => {
  t.strictSame(
    SECTIONS.map(({ name }) => name[0]),
    ["システム管理者", "プロキシ", "サービス", "パッケージ", "システム"],
  );
  const names = PAGES.map(({ name }) => name[0]);
  const manual = [
    ["基本設定", "セキュリティ設定", "詳細プロキシ設定"],
    ["CPU/メモリ使用状況", "ネットワーク利用状況", "ディスク使用状況", "ネットワーク接続状況"],
    ["プロセス実行状況", "プロキシアクセス統計", "名前解決診断", "経路情報", "インタフェース"],
    ["システム情報", "ログ管理", "バックアップ/リストア", "キャッシュデータ削除", "管理者パスワード"],
    ["システム冗長化設定", "WPADサーバ"],
  ].flat();
  t.strictSame(
    manual.filter((name) => !names.includes(name)),
    [],
  );
});

t.test("every page has a path of its own, and every folder of pages is reached", async (t) => {
  t.equal(new Set(PAGES.map(({ path }) => path)).size, PAGES.length);
  const loads = PAGES.map(({ load }) => /pages\/([\w-]+)\//.exec(String(load))?.[1] ?? "");
  t.strictSame([...loads].sort(), readdirSync("console/ui/pages").sort());
  for (const folder of loads) t.ok(existsSync(`console/ui/pages/${folder}/${folder}-page.tsx`), folder);
});

t.test("a page knows the headings above it", async (t) => {
  t.strictSame(
    headingsOf("/system/redundancy").map(([ja]) => ja),
    ["システム", "その他"],
  );
  t.strictSame(headingsOf("/"), []);
});
