/** What can be wrong with a pair, and what to look at. 通信異常 is the manual's word. */
import type { Phrase } from "#console/ui/i18n/phrase.ts";

export const PAIR_WARNINGS: Readonly<Record<string, Phrase>> = {
  "communication-error": [
    "通信異常: 稼働系と待機系の通信に問題が発生しています。まずはシステム冗長化設定を再確認ください。",
    "Communication error: the units do not hear each other. Check the redundancy settings of both first.",
  ],
  "path-lost": [
    "監視経路の一部が届いていません。ケーブルと経路を確認してください。",
    "One heartbeat path is not heard; check cables and routes.",
  ],
  "peer-hears-nothing": [
    "相手サーバにこちらの監視パケットが届いていません。ファイアウォールを確認してください。",
    "The peer does not hear this unit; check firewalls.",
  ],
  "both-hold": [
    "両方のユニットが F-IP を保持しています。まもなく片方が手放します。",
    "Both units hold the floating addresses; one lets go soon.",
  ],
  "nobody-holds": [
    "どちらのユニットも F-IP を保持していません。クライアントは接続できません。",
    "Neither unit holds the floating addresses: clients cannot connect.",
  ],
  "takeover-held-back": [
    "相手は沈黙していますが、F-IP が応答しているため引き継ぎを保留しています。",
    "The peer is silent, but the floating addresses answer: the takeover is held back.",
  ],
  "not-well": [
    "このユニットは正常ではありません。サービスとリンクを確認してください。",
    "This unit is not well; check its services and links.",
  ],
  "service-dead": ["監視しているサービスが停止しています。", "A watched service is dead."],
  "not-authenticated": [
    "監視パケットが認証されていません。事前共有鍵を設定してください。",
    "Heartbeats are not authenticated; set a pair key.",
  ],
  "same-role": [
    "両方のユニットが同じ種別に設定されています。片方を待機系にしてください。",
    "Both units are set to the same role; set one as standby.",
  ],
  "different-timers": [
    "監視間隔または監視回数が相手と違います。",
    "Interval or count differs from the peer's.",
  ],
  "different-addresses": ["F-IP の設定が相手と違います。", "The floating addresses differ from the peer's."],
};
