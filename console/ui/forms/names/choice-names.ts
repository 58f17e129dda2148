/** The words for each choice of a setting, as `path=value`. */
import type { Phrase } from "#console/ui/i18n/phrase.ts";

export const CHOICE_NAMES: Readonly<Record<string, Phrase>> = {
  "redundancy.role=active": ["稼働系", "Active"],
  "redundancy.role=standby": ["待機系", "Standby"],
  "redundancy.failback.mode=at-once": ["すぐに行う", "At once"],
  "redundancy.failback.mode=delayed": ["遅らせる", "Delayed"],
  "redundancy.failback.mode=never": ["行わない", "Never"],
  "redundancy.services[].whenDead=hand-over": ["引き継ぐ", "Hand over"],
  "redundancy.services[].whenDead=warn": ["警告のみ", "Warn only"],
  "forwarding.xForwardedFor=off": ["変更しない", "Leave alone"],
  "forwarding.xForwardedFor=append": ["追加する", "Append"],
  "forwarding.xForwardedFor=delete": ["削除する", "Remove"],
  "forwarding.forwarded=off": ["変更しない", "Leave alone"],
  "forwarding.forwarded=append": ["追加する", "Append"],
  "forwarding.forwarded=delete": ["削除する", "Remove"],
  "parentPolicy.whenAllFail=direct": ["直接接続する", "Go direct"],
  "parentPolicy.whenAllFail=fail": ["エラーにする", "Fail"],
  "accessLog.format=squid": ["Squid 形式", "Squid"],
  "accessLog.format=combined": ["Combined 形式", "Combined"],
  "accessLog.format=json": ["JSON 形式", "JSON"],
};
