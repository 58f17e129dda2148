/** What a pair can be in, why, and what can be wrong with it. 通信異常 is the manual's word. */
import type { PairReasonCode, PairStateCode, PairWarningCode } from "#console/contract/pair.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";

export const WARNING_SENTENCES: Readonly<Record<PairWarningCode, Phrase>> = {
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
  "in-maintenance": [
    "保守中です。終えるまで、このユニットは F-IP を引き継ぎません。",
    "In maintenance: until it ends, this unit takes no floating addresses.",
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

export const STATE_WORDS: Readonly<Record<PairStateCode, Phrase>> = {
  off: ["停止", "Off"],
  starting: ["起動中", "Starting"],
  standby: ["待機", "Standby"],
  active: ["稼働", "Active"],
  "handing-over": ["引き継ぎ中", "Handing over"],
  fault: ["障害", "Fault"],
};

export const REASON_SENTENCES: Readonly<Record<PairReasonCode, Phrase>> = {
  start: ["起動したため", "it has started"],
  "link-proven": ["リンクで受信できたため", "its link has received something"],
  "link-down": ["リンクが切れたため", "its link is down"],
  recovered: ["正常に戻ったため", "it is well again"],
  stalled: ["監視プロセスが一時止まったため", "the heartbeat process had stood still"],
  resumed: ["監視プロセスが再開したため", "the heartbeat process goes on"],
  handover: ["引き継ぎのため", "of a handover"],
  "peer-silent": ["相手の監視パケットが途絶えたため", "the other unit was silent"],
  "peer-deaf": ["相手にこちらの監視パケットが届いていないため", "the other unit does not hear this one"],
  "nobody-holds": ["どちらも F-IP を保持していなかったため", "nobody held the floating addresses"],
  split: ["両方が F-IP を保持していたため", "both held the floating addresses"],
  isolated: ["ネットワークから切り離されたため", "it was cut off from the network"],
  "address-refused": ["F-IP を追加できなかったため", "a floating address could not be added"],
  "service-dead": ["監視しているサービスが停止したため", "a watched service is dead"],
  "gateway-silent": ["ゲートウェイが応答しないため", "the gateway is silent"],
  maintenance: ["保守モードのため", "of maintenance"],
  operator: ["操作による", "an operator asked for it"],
  "peer-asks": ["相手が引き継ぎを求めたため", "the other unit asked for it"],
  "handed-over": ["引き継ぎが終わったため", "the handover is done"],
  "handover-failed": ["引き継ぎができなかったため", "the handover failed"],
  stop: ["停止するため", "it stops"],
};
