/**
 * The sentence of a decision in Japanese. The server says it in English, in a few fixed forms; one that is not
 * known here stays as it is.
 */
import { unitTextInJapanese } from "#console/ui/i18n/unit-sentences.ts";

const FORMS: readonly (readonly [form: RegExp, japanese: string])[] = [
  [/^clients from (.*) are served$/, "$1 のクライアントが利用できます"],
  [/^(\S+) is in none of (.*)$/, "$1 は $2 のどれにも含まれません"],
  [/^(\S+) is in (.*)$/, "$1 は $2 に含まれます"],
  [/^port (\d+) is allowed$/, "ポート $1 は許可されています"],
  [/^port (\d+) is not among (.*)$/, "ポート $1 は $2 に含まれません"],
  [/^the port was allowed$/, "ポートは許可されました"],
  [/^(\S+) was allowed$/, "$1 は許可されました"],
  [/^it went to the origin at (\S+)$/, "オリジン（$1）に接続しました"],
  [/^it went to the parent at (\S+)$/, "親プロキシ（$1）に接続しました"],
  [/^(\S+) is allowed$/, "$1 は許可されています"],
  [/^(\S+) is not among the allowed methods$/, "$1 は許可されたメソッドではありません"],
  [/^connections to (\S+) are allowed \(egress\.allow\)$/, "$1 への接続は設定で許可されています"],
  [/^connections to (\S+) are allowed \(.*\)$/, "$1 は公開されたアドレスで、接続が許可されています"],
  [/^(\S+) is cloud metadata \(special\)$/, "$1 はクラウドのメタデータのアドレスです"],
  [/^(\S+) is (.*) \(special\)$/, "$1 は特別な用途のアドレスです（$2）"],
  [/^it goes through (.*), tried in this order$/, "$1 の順に試します"],
  [
    /^no parent is set for this host: it goes to the origin itself$/,
    "このホストに親プロキシの設定はなく、オリジンに直接接続します",
  ],
  [/^(\S+) is ([\da-f][\da-f.:, ]+)$/i, "$1 のアドレスは $2 です"],
  [/^the name cannot be resolved: (.*)$/, "名前を解決できません: $1"],
];

const CACHE_VERDICT = /^(?:hit|stale hit|validation|partial|miss|bypass): (.*)$/;

/** Null where the sentence is not known. */
export function stepInJapanese(text: string): string | null {
  // The cache's verdict is on the badge beside it.
  const [, reason] = CACHE_VERDICT.exec(text) ?? [];
  if (reason !== undefined) return unitTextInJapanese(reason);
  const said = unitTextInJapanese(text);
  if (said !== null) return said;
  const form = FORMS.find(([pattern]) => pattern.test(text));
  return form === undefined ? null : text.replace(form[0], form[1]);
}
