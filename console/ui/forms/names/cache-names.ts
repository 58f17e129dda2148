/** The cache's settings. */
import type { SettingNames } from "./setting-name.ts";

export const CACHE_NAMES: SettingNames = {
  "cache.enabled": ["キャッシュ", "Cache", "応答を保存して再利用するか。"],
  "cache.memoryBytesMax": ["メモリ使用量", "Memory", "1 ワーカーが応答に使うメモリ。"],
  "cache.diskBytesMax": ["ディスク使用量", "Disk", "応答に使うディスクの大きさ。"],
  "cache.folder": ["保存フォルダ", "Folder", "状態フォルダからの相対パス、または絶対パス。"],
  "cache.objectBytesMax": ["保存する応答の大きさ", "Largest response", "これより大きい応答は保存しません。"],
  "cache.variantsMax": [
    "1 URL の種類数",
    "Variants of a URL",
    "Vary による種類の上限。超えると古いものから置き換えます。",
  ],
  "cache.collapseWaitMs": [
    "同時取得の待ち時間",
    "Wait for the same fetch",
    "同じものを取得中のリクエストを待つ時間。0 は待ちません。",
  ],
  "cache.staleIfDownMs": [
    "オリジン停止時の期限切れ応答",
    "Stale while down",
    "オリジンに届かない間、期限切れの応答を返せる時間。",
  ],
  "cache.negativeMaxMs": ["エラーの保存時間", "Errors kept", "400 以上の応答を再利用する最長の時間。"],
  "cache.heuristicPercent": [
    "推定する鮮度の割合",
    "Heuristic freshness (%)",
    "鮮度の指定が無いとき、更新からの経過時間のこの割合（%）。",
  ],
  "cache.heuristicMaxMs": ["推定する鮮度の上限", "Heuristic limit", "推定で与える最長の時間。"],
  "cache.finishBytesMax": [
    "中断後も取得を続ける大きさ",
    "Finish aborted",
    "クライアントが去っても、残りがこれ以下なら最後まで取得します。",
  ],
  "cache.rangeFillBytesMax": [
    "部分要求の全体取得",
    "Fill ranges",
    "部分要求された応答を、この大きさまで裏で全体取得。0 はしません。",
  ],
  "cache.targetedFields": [
    "優先する制御フィールド",
    "Targeted fields",
    "Cache-Control より先に見るフィールド（RFC 9213）。",
  ],
  "cache.overrides": ["URL ごとの例外", "Overrides", "応答の指定にかかわらず適用する規則。最初に合うもの。"],
  "cache.overrides[].pattern": ["URL のパターン", "URL pattern", "* は任意の文字列、? は任意の 1 文字。"],
  "cache.overrides[].never": ["保存しない", "Never store", "保存も再利用もしません。"],
  "cache.overrides[].lifetimeMinMs": [
    "最短の鮮度",
    "Fresh at least",
    "少なくともこの時間は新しいとみなします。",
  ],
  "cache.overrides[].lifetimeMaxMs": ["最長の鮮度", "Fresh at most", "この時間で古いとみなします。"],
  "cache.overrides[].ignoreClientReload": [
    "再読み込みを無視",
    "Ignore reloads",
    "クライアントの再読み込みをオリジンに伝えません。",
  ],
};
