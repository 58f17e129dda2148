/** Name resolution, logs and what the unit needs for itself. */
import type { SettingNames } from "./setting-name.ts";

export const HOUSE_NAMES: SettingNames = {
  "dns.servers": ["ネームサーバ", "Name servers", "1 行に 1 つ。空ならシステムの設定を使います。"],
  "dns.timeoutMs": ["名前解決タイムアウト", "Look-up timeout", "1 回の名前解決全体の時間。"],
  "dns.cacheEntriesMax": ["覚える名前の数", "Names remembered", "1 ワーカーが覚える数。"],
  "dns.ttlMinMs": ["最短の保持時間", "Keep at least", "応答を少なくともこの時間は使います。"],
  "dns.ttlMaxMs": ["最長の保持時間", "Keep at most", "応答を最長でこの時間使います。"],
  "dns.negativeTtlMs": ["存在しない名前の保持", "Unknown names", "存在しないという応答を覚える時間。"],
  "dns.staleMaxMs": [
    "期限切れ応答の利用",
    "Stale answers",
    "ネームサーバが応答しない間、期限切れの応答を使える時間。",
  ],
  "accessLog.enabled": ["アクセスログ", "Access log", "通信を記録するか。"],
  "accessLog.file": ["ファイル", "File", "状態フォルダからの相対パス、または絶対パス。"],
  "accessLog.format": ["形式", "Format", "1 行の形式。"],
  "accessLog.requestIds": [
    "リクエスト ID",
    "Request ids",
    "各行の末尾にリクエストの ID とミスの理由を記録し、エラーページにも ID を表示するか。ID から「判定の説明」で経緯を調べられます。",
  ],
  "accessLog.rotateBytes": [
    "切り替える大きさ",
    "Rotate at",
    "この大きさで新しいファイルに切り替えます。0 は切り替えません。",
  ],
  "accessLog.rotateDaily": [
    "毎日切り替える",
    "Rotate daily",
    "現地時間の午前 0 時に新しいファイルにするか。",
  ],
  "accessLog.keep": ["残すファイル数", "Files kept", "切り替えた後のファイルを残す数。"],
  "accessLog.bufferBytesMax": [
    "書き込み待ちの上限",
    "Buffer",
    "ディスクが遅いときに待てる量。超えた行は数えて知らせます。",
  ],
  "control.socket": ["制御ソケット", "Control socket", "制御用の UNIX ソケット。"],
  "metrics.enabled": ["OpenMetrics", "OpenMetrics", "監視システム用の数値を公開するか。"],
  "metrics.address": ["公開アドレス", "Metrics address", "待ち受けるアドレス。"],
  "metrics.port": ["公開ポート", "Metrics port", "TCP ポート。0 は自動。"],
};
