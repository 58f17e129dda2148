/** An alert in the language of the pages; the unit's own sentence where there is no other. */
import type { Alert } from "#console/contract/host.ts";
import { say } from "#console/ui/i18n/language.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import { PAIR_WARNINGS } from "#console/ui/shell/pair-warnings.ts";

const SENTENCES: Readonly<Record<string, Phrase>> = {
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
  "change-pending": ["確認待ちの変更があります。", "A change waits for its confirmation."],
};

export function alertText({ code, message }: Alert): string {
  const known = SENTENCES[code] ?? PAIR_WARNINGS[code.replace(/^pair-/, "")];
  return known === undefined ? message : say(known, { message });
}
