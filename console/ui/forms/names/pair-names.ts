/** システム冗長化設定, word for word from the manual where it has the setting. */
import type { SettingNames } from "./setting-name.ts";

export const PAIR_NAMES: SettingNames = {
  "redundancy.enabled": ["システム冗長化", "Redundancy", "このユニットを 2 台 1 組の片方として運用するか。"],
  "redundancy.role": ["本サーバ種別", "Role of this unit", "稼働系と待機系のどちらとして設定するか。"],
  "redundancy.pairId": ["ペア番号", "Pair number", "両方のユニットで同じ、ほかの組とは違う番号。"],
  "redundancy.peerAddress": [
    "相手サーバ実IPアドレス",
    "Peer's real address",
    "もう一方のユニットの実IPアドレス。F-IP は指定しません。",
  ],
  "redundancy.secondPeerAddress": [
    "相手サーバ第2アドレス",
    "Peer's second address",
    "別のネットワークにある相手のアドレス。2 本目の監視経路に使います。",
  ],
  "redundancy.port": [
    "監視用ポート番号",
    "Heartbeat port",
    "監視用の UDP ポート。両方のユニットで同じ番号にします。",
  ],
  "redundancy.intervalMs": [
    "監視間隔",
    "Interval",
    "監視パケットの間隔。目安は 2 秒 × 5 回、100 ミリ秒 × 3 回、20 ミリ秒 × 3 回。",
  ],
  "redundancy.count": ["監視回数", "Count", "続けてこの回数届かなければ、もう一方が引き継ぎます。"],
  "redundancy.keyFile": [
    "事前共有鍵ファイル",
    "Pair key file",
    "両方で同じ鍵のファイル。無い場合、監視パケットは認証されません。",
  ],
  "redundancy.floatingAddresses": [
    "F-IP（フローティングIPアドレス）",
    "Floating addresses",
    "クライアントが使うアドレス。本来の持ち主が同じものはまとめて移動します。",
  ],
  "redundancy.floatingAddresses[].address": ["IPアドレス", "Address", "両方のユニットで同じアドレス。"],
  "redundancy.floatingAddresses[].prefixLength": [
    "プレフィックス長",
    "Prefix length",
    "インタフェースのネットワークと同じ長さ。",
  ],
  "redundancy.floatingAddresses[].interface": [
    "インタフェース",
    "Interface",
    "保持している間このアドレスが付くインタフェース。",
  ],
  "redundancy.floatingAddresses[].home": [
    "本来の持ち主",
    "Home",
    "両方が正常なときに保持するユニット。待機系にも 1 つ置くと、両方が運用中になり互いに引き継ぎます。",
  ],
  "redundancy.leaseMs": [
    "アドレスの有効期限",
    "Address lease",
    "監視プロセスが更新しないと、カーネルがこの時間でアドレスを外します（秒単位）。",
  ],
  "redundancy.failback.mode": ["フェイルバック", "Failback", "稼働系が復帰したとき、F-IP を取り戻すか。"],
  "redundancy.failback.holdMs": [
    "復帰の確認時間",
    "Well for at least",
    "正常がこの時間続いてから取り戻します。",
  ],
  "redundancy.failback.delayMs": [
    "フェイルバックの遅延",
    "Failback delay",
    "「遅らせる」のとき、さらに待つ時間。",
  ],
  "redundancy.services": ["監視するサービス", "Watched services", "停止したら引き継ぐか、警告だけにするか。"],
  "redundancy.services[].name": ["サービス", "Service", "proxy など、このユニットのサービス。"],
  "redundancy.services[].check.protocol": [
    "プロトコル",
    "Protocol",
    "HTTP の応答まで、または TCP の接続だけを確かめます。",
  ],
  "redundancy.services[].check.address": ["IPアドレス", "Address", "サービスが待ち受けるアドレス。"],
  "redundancy.services[].check.port": ["ポート番号", "Port", "サービスが待ち受けるポート。"],
  "redundancy.services[].check.path": ["パス", "Path", "HTTP で要求するパス（例: / や /wpad.dat）。"],
  "redundancy.services[].whenDead": [
    "停止したとき",
    "When it is dead",
    "相手が正常なら引き継ぐか、知らせるだけか。",
  ],
  "redundancy.gateway": [
    "ゲートウェイ確認",
    "Gateway check",
    "クライアント側のゲートウェイなど。応答が無ければ、相手が沈黙しても引き継ぎません。",
  ],
  "redundancy.announce.afterMs": [
    "通知の繰り返し",
    "Repeat announcements",
    "最初の通知からこの時間後に、もう一度知らせます（ミリ秒）。",
  ],
  "redundancy.announce.everyMs": [
    "定期通知の間隔",
    "Announce every",
    "その後の通知の間隔。0 は通知しません。",
  ],
  "redundancy.damping.moves": [
    "頻繁な切り替えの回数",
    "Moves that are too many",
    "期間内にこの回数引き継いだら、フェイルバックを待ちます。",
  ],
  "redundancy.damping.windowMs": ["頻繁な切り替えの期間", "Within", "回数を数える期間。"],
  "redundancy.drainMs": [
    "計画切り替え後の猶予",
    "Drain after a planned move",
    "切り替え前の接続を、元のユニットで続けられる時間。",
  ],
};
