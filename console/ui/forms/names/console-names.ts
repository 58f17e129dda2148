/** 管理コンソール. */
import type { SettingNames } from "./setting-name.ts";

export const CONSOLE_NAMES: SettingNames = {
  "console.enabled": ["管理コンソール", "Console", "管理コンソールと API を使うか。"],
  "console.listen": [
    "待ち受けアドレス",
    "Listening addresses",
    "管理コンソールを開くアドレス。実IPアドレスを使います。",
  ],
  "console.listen[].address": ["IPアドレス", "Address", "このユニットの実IPアドレス。F-IP は使いません。"],
  "console.listen[].port": ["ポート番号", "Port", "TCP ポート。0 は自動。"],
  "console.plainOnLoopback": [
    "ループバックでの平文",
    "Plain HTTP on loopback",
    "ループバックでだけ平文の HTTP を使うか。ほかは常に HTTPS です。",
  ],
  "console.allowedNetworks": [
    "接続を許可するネットワーク",
    "Allowed networks",
    "1 行に 1 つ。管理コンソールを使ってよいネットワーク。",
  ],
  "console.idleTimeoutMs": ["無操作で終了", "Idle limit", "操作が無いまま、この時間でサインアウトします。"],
  "console.sharePairSettings": [
    "設定を相手サーバにコピー",
    "Copy to the other unit",
    "共有できる設定を、変更のたびに相手サーバにコピーするか。事前共有鍵が必要です。",
  ],
  "console.mayStopMachine": [
    "システムの停止と再起動",
    "Stop and restart",
    "管理者が管理コンソールからシステムを停止・再起動できるか。",
  ],
  "console.auditToSyslog": [
    "監査ログを syslog へ",
    "Audit to syslog",
    "監査ログをシステムログにも記録するか。",
  ],
};
