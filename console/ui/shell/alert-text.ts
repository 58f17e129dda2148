/** An alert in the language of the pages: the compiler knows no code without its sentence. */
import type { Alert, AlertCode } from "#console/contract/host.ts";
import type { PairWarningCode } from "#console/contract/pair.ts";
import { say } from "#console/ui/i18n/language.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import { unitText } from "#console/ui/i18n/unit-words.ts";
import { WARNING_SENTENCES } from "#console/ui/shell/pair-warnings.ts";

const SENTENCES: Readonly<Record<Exclude<AlertCode, `pair-${PairWarningCode}`>, Phrase>> = {
  "unit-unreachable": [
    "ユニットのプロセスが応答しません: {message}",
    "The unit's process does not answer: {message}",
  ],
  "proxy-stopped": ["プロキシを停止しています。", "The proxy is stopped."],
  "reload-refused": ["設定の読み込みに失敗しました: {message}", "The settings could not be read: {message}"],
  "heartbeat-unreachable": [
    "監視プロセスが応答しません: {message}",
    "The heartbeat process does not answer: {message}",
  ],
  "no-floating-address": [
    "システム冗長化は有効ですが、F-IP がまだありません。インタフェースで追加してください。",
    "Redundancy is on, but there is no floating address to move yet: add one at Interfaces.",
  ],
  "change-pending": ["確認待ちの変更があります。", "A change waits for its confirmation."],
  "cache-store-errors": [
    "この 1 時間にキャッシュの保存先で {errors} 件の異常があり、その分はミスになりました。最後の異常: {last}",
    "The cache's store had {errors} errors within the last hour, each a miss for somebody. The last: {last}",
  ],
  "network-not-applied": [
    "ネットワークの設定が反映されていません: {why}",
    "The network settings are not in effect: {why}",
  ],
  "access-log-failing": [
    "アクセスログ {file} に書き込めません（{fault}）。失われた行: {lost}",
    "The access log {file} cannot be written ({fault}). Lines lost: {lost}",
  ],
};

const isOfPair = (code: AlertCode): code is `pair-${PairWarningCode}` => code.startsWith("pair-");

/** The phrase of a code, its parameters not yet put in. */
const alertPhrase = (code: AlertCode): Phrase =>
  isOfPair(code) ? WARNING_SENTENCES[code.slice("pair-".length) as PairWarningCode] : SENTENCES[code];

export function alertText({ code, parameters }: Alert): string {
  const said = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === "string" ? unitText(value) : value,
  ]);
  return say(alertPhrase(code), Object.fromEntries(said));
}
