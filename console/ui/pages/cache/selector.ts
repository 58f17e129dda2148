/** What to purge, as it is entered: a way to select and its text. */
import type { PurgeSelector } from "#console/contract/cache.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";

export type SelectorKind = PurgeSelector["by"];

export interface SelectorWords {
  readonly name: Phrase;
  /** An example; null where no text is needed. */
  readonly example: string | null;
}

export const SELECTORS: Readonly<Record<SelectorKind, SelectorWords>> = {
  url: { name: ["1 つの URL", "One URL"], example: "http://www.example.com/page" },
  prefix: {
    name: ["この文字で始まる URL", "URLs that begin with"],
    example: "http://www.example.com/images/",
  },
  host: { name: ["ホスト", "Host"], example: "www.example.com" },
  pattern: { name: ["URL のパターン", "URL pattern"], example: "http://*.example.com/*.png" },
  tag: { name: ["タグ", "Tag"], example: "news" },
  "content-type": { name: ["内容の種類", "Content type"], example: "image/*" },
  age: { name: ["これより古いもの（時間）", "Older than (hours)"], example: "24" },
  all: { name: ["すべて", "Everything"], example: null },
};

const HOUR_MS = 3_600_000;

/** The selector for a text; null while the text does not say one. */
export function selectorOf(by: SelectorKind, entered: string): PurgeSelector | null {
  const text = entered.trim();
  if (by === "all") return { by };
  if (text === "") return null;
  if (by === "age") {
    const hours = Number(text);
    return Number.isFinite(hours) && hours >= 0 ? { by, olderThanMs: hours * HOUR_MS } : null;
  }
  if (by === "content-type") return { by, contentType: text };
  return { by, [by]: text } as PurgeSelector;
}
