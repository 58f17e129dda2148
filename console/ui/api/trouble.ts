/** Failures in the administrator's words: what it was, and what to do. */
import { fillPhrase, type Language, type Phrase } from "#console/ui/i18n/phrase.ts";
import { unitTextInJapanese } from "#console/ui/i18n/unit-sentences.ts";
import type { Trouble } from "./client.ts";

export const TROUBLES = {
  "bad-request": ["入力に誤りがあります。", "Something that was entered is not right."],
  "not-signed-in": ["サインインしてください。", "Sign in, please."],
  "wrong-credentials": [
    "利用者名、パスワードまたはコードが違います。",
    "The user name, password or code is wrong.",
  ],
  "code-needed": [
    "認証アプリの 6 桁のコードを入力してください。",
    "Enter the 6-digit code of your authenticator.",
  ],
  "locked-out": [
    "失敗が続いたため、しばらくサインインできません。",
    "Too many failed attempts; sign-in is locked for a while.",
  ],
  "password-change-needed": ["先にパスワードを変更してください。", "Change your password first."],
  "password-too-weak": [
    "このパスワードは短すぎるか、推測されやすいものです。",
    "This password is too short or easily guessed.",
  ],
  "not-permitted": ["この操作の権限がありません。", "Your role does not permit this."],
  "cross-site": [
    "別のサイトからの要求として拒否されました。ページを開き直してください。",
    "Refused as coming from another site; reload the page.",
  ],
  "not-found": ["見つかりません。すでに削除されたのかもしれません。", "Not found; it may have been removed."],
  conflict: ["いまの状態ではできません。", "Not possible in the present state."],
  stale: [
    "ほかの管理者が先に設定を変更しました。",
    "Another administrator has changed the settings meanwhile.",
  ],
  "precondition-needed": ["設定を読み直してください。", "Read the settings again, please."],
  "settings-faults": ["設定に誤りがあります。", "The settings have faults."],
  "apply-refused": [
    "プロキシがこの設定を受け付けませんでした。前の設定のままです。",
    "The proxy did not accept the settings; the previous ones hold.",
  ],
  "change-pending": [
    "確認待ちの変更があります。先に確定するか元に戻してください。",
    "A change waits for its confirmation; keep it or roll it back first.",
  ],
  "no-change": ["変更がありません。", "Nothing was changed."],
  "too-large": ["大きすぎます。", "This is too large."],
  "too-many": ["要求が多すぎます。しばらく待ってください。", "Too many requests; wait a little."],
  "not-permitted-here": ["この環境では許可されていません。", "Not permitted here."],
  "unit-unreachable": ["ユニットのプロセスが応答しません。", "The unit's process does not answer."],
  "peer-unreachable": ["相手サーバに接続できません。", "The other unit cannot be reached."],
  failed: ["実行できませんでした。", "It could not be done."],
  offline: ["管理コンソールから応答がありません。", "The console does not answer."],
} as const satisfies Readonly<Record<Trouble["kind"], Phrase>>;

/** The sentence, followed by what the server adds in its own words. */
export function troubleText(trouble: Trouble, language: Language): string {
  const sentence = fillPhrase(TROUBLES[trouble.kind], language);
  const detail = trouble.kind === "offline" ? undefined : trouble.detail;
  if (detail === undefined || detail === "") return sentence;
  return `${sentence} (${language === "ja" ? (unitTextInJapanese(detail) ?? detail) : detail})`;
}
