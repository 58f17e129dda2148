/** 基本設定, セキュリティ設定 and 詳細プロキシ設定. */
import type { SettingNames } from "./setting-name.ts";

export const PROXY_NAMES: SettingNames = {
  "unit.name": ["ユニット名", "Unit name", "Via、Proxy-Status、状態ページに表示される名前。"],
  listen: ["キャッシュサーバ設定", "Listening addresses", "クライアントが接続する IP アドレスとポート番号。"],
  "listen[].address": [
    "キャッシュサーバIPアドレス",
    "Address",
    "実IP または F-IP。ループバック以外では「利用を許可するネットワーク」も必要です。",
  ],
  "listen[].port": ["キャッシュサーバポート番号", "Port", "TCP ポート。0 は自動。"],
  workers: ["ワーカースレッド数", "Worker threads", "0 は CPU コアと同じ数。"],
  "clients.allowedNetworks": [
    "利用を許可するネットワーク",
    "Client networks",
    "1 行に 1 つ。ここに含まれるクライアントだけが利用できます。",
  ],
  "requests.methods": ["許可するメソッド", "Methods", "1 行に 1 つ。* はすべて。"],
  "requests.ports": [
    "許可する宛先ポート",
    "Destination ports",
    "1 行に 1 つ。範囲は 1025-65535 のように書きます。",
  ],
  "requests.upgradeProtocols": [
    "許可する Upgrade",
    "Upgrade protocols",
    "クライアントが切り替えてよいプロトコル。",
  ],
  "connect.ports": ["CONNECT を許可するポート", "CONNECT ports", "トンネルの宛先ポート。"],
  "connect.idleTimeoutMs": [
    "トンネルの無通信タイムアウト",
    "Idle tunnels",
    "何も流れないトンネルを閉じるまでの時間。",
  ],
  "connect.halfClosedTimeoutMs": [
    "片方向が閉じたトンネル",
    "Half-closed tunnels",
    "片方向が閉じてから、通信なしで続けられる時間。",
  ],
  "limits.requestLineBytesMax": [
    "リクエスト行の長さ",
    "Request line",
    "これより長いものは 414 で拒否します。",
  ],
  "limits.headBytesMax": ["ヘッダ全体の大きさ", "Head size", "これより大きいものは拒否します（431、502）。"],
  "limits.headFieldsMax": ["ヘッダの数", "Head fields", "これより多いものは拒否します（431、502）。"],
  "limits.headTimeoutMs": [
    "ヘッダ受信の時間",
    "Head time limit",
    "最初の 1 バイトからヘッダの終わりまで（408）。",
  ],
  "limits.idleTimeoutMs": [
    "クライアント接続の無通信",
    "Idle client connections",
    "リクエストの無い接続を閉じるまでの時間。",
  ],
  "limits.bodyRateBytesPerSecondMin": [
    "本文の最低速度",
    "Slowest body",
    "これより遅い本文は切断します。0 は切断しません。",
  ],
  "limits.bodyRateGraceMs": ["最低速度の判定期間", "Judged over", "最低速度を判定する長さ。"],
  "limits.requestBodyBytesMax": [
    "リクエスト本文の大きさ",
    "Request body",
    "これより大きいものは 413。0 は無制限。",
  ],
  "limits.connectionsMax": ["クライアント接続の合計", "Client connections", "全体の上限。"],
  "limits.connectionsPerClientMax": [
    "1 クライアントの接続数",
    "Connections per client",
    "1 つのアドレスからの上限。",
  ],
  "forwarding.xForwardedFor": [
    "X-Forwarded-For",
    "X-Forwarded-For",
    "クライアントのアドレスをオリジンに伝えるか。",
  ],
  "forwarding.forwarded": ["Forwarded", "Forwarded", "RFC 7239 の Forwarded についても同じ。"],
  "egress.allow": [
    "特別に許可する宛先",
    "Destinations allowed",
    "ループバックや社内など、通常は拒否される宛先のうち許可するもの。",
  ],
  "egress.allow[].network": ["ネットワーク", "Network", "アドレスまたはネットワーク。"],
  "egress.allow[].ports": ["ポート", "Ports", "このポートだけ許可。空なら全般の設定に従います。"],
  "egress.refuse": ["拒否する宛先", "Destinations refused", "公開されたアドレスのうち拒否するもの。"],
  "upstream.sourceAddressV4": [
    "送信元 IPv4 アドレス",
    "IPv4 source address",
    "オリジンへの接続に使う実IPアドレス。F-IP は使いません。",
  ],
  "upstream.sourceAddressV6": [
    "送信元 IPv6 アドレス",
    "IPv6 source address",
    "オリジンへの接続に使う IPv6 アドレス。",
  ],
  "upstream.connectTimeoutMs": [
    "接続タイムアウト",
    "Connect timeout",
    "名前解決を除く、ホストの全アドレスに対する時間。",
  ],
  "upstream.happyEyeballsDelayMs": [
    "次のアドレスを試すまで",
    "Next address after",
    "この時間で繋がらなければ、次のアドレスも並行して試します（RFC 8305）。",
  ],
  "upstream.responseTimeoutMs": [
    "応答タイムアウト",
    "Response timeout",
    "リクエスト送信から応答ヘッダまで（504）。",
  ],
  "upstream.bodyTimeoutMs": ["応答本文の途切れ", "Body pause", "本文の途中で待つ最長の時間。"],
  "upstream.idleTimeoutMs": ["オリジン接続の保持", "Keep idle connections", "使っていない接続を残す時間。"],
  "upstream.idleConnectionsMax": ["保持する接続数", "Idle connections", "1 ワーカーが残す未使用接続の数。"],
  "upstream.connectionsPerOriginMax": [
    "1 オリジンへの接続数",
    "Connections per origin",
    "1 ワーカーからの上限。",
  ],
  "upstream.waitersPerOriginMax": ["接続を待てるリクエスト数", "Waiting requests", "1 オリジンごとの上限。"],
  "upstream.caFile": [
    "信頼する証明書ファイル",
    "Trusted certificates",
    "組み込みのものに加えて信頼する証明書（PEM）。",
  ],
  parents: ["親プロキシ", "Parent proxies", "上から順に使います。"],
  "parents[].name": ["名前", "Name", "ログと状態に表示される名前。"],
  "parents[].url": ["URL", "URL", "http://ホスト:ポート の形。"],
  "parents[].domains": ["対象ドメイン", "Domains", "1 行に 1 つ。* はすべて。"],
  "parents[].username": ["利用者名", "User name", "親プロキシの Basic 認証。"],
  "parents[].passwordFile": [
    "パスワードのファイル",
    "Password file",
    "パスワードを書いたファイル。設定には残りません。",
  ],
  "parentPolicy.whenAllFail": [
    "すべて停止したとき",
    "When all are down",
    "対象の親プロキシがすべて停止したときの動作。",
  ],
  "parentPolicy.failuresToDown": [
    "停止とみなす失敗回数",
    "Failures to be down",
    "続けて接続に失敗した回数。",
  ],
  "parentPolicy.retryAfterMs": [
    "再試行までの時間",
    "Retry after",
    "停止とみなした親プロキシをもう一度試すまで。",
  ],
  "drain.timeoutMs": ["停止時の猶予", "Drain time", "停止の指示から、処理中の通信を続けられる時間。"],
};
