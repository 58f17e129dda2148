/**
 * Choosing the form of our own answers. Nothing here can fail: what cannot be read counts as absent,
 * because an answer in the other language is better than none.
 */

/** One member of Accept or Accept-Language: a lower-case range and its weight, 0 to 1. */
interface WeightedRange {
  readonly range: string;
  readonly weight: number;
}

/** How well a range matches: first the weight, then how exactly it names it, then its place. */
interface Preference {
  readonly weight: number;
  readonly exactness: number;
  readonly place: number;
}

const UNWANTED: Preference = { weight: 0, exactness: -1, place: Number.POSITIVE_INFINITY };

/** Members that are looked at; the rest of a longer list is ignored. */
const RANGES_MAX = 32;

/** The languages that our own pages are written in. */
export type PageLanguage = "ja" | "en";

/**
 * Japanese or English by Accept-Language (RFC 9110 section 12.5.4): the higher weight wins, then
 * the more exact range, then the earlier one; English when neither is asked for.
 */
export function preferredLanguage(acceptLanguage: string | undefined): PageLanguage {
  const ranges = weightedRanges(acceptLanguage);
  const ja = preference(ranges, (range) => languageExactness(range, "ja"));
  const en = preference(ranges, (range) => languageExactness(range, "en"));
  if (ja.exactness === 0 && en.exactness === 0) return "en";
  return isPreferred(ja, en) ? "ja" : "en";
}

/**
 * Whether JSON is asked for rather than HTML (RFC 9110 section 12.5.1). A range for everything, or no
 * Accept at all, asks for neither: people read HTML.
 */
export function wantsJson(accept: string | undefined): boolean {
  const ranges = weightedRanges(accept);
  const json = preference(ranges, jsonExactness);
  const html = preference(ranges, htmlExactness);
  return json.exactness === 2 && isPreferred(json, html);
}

function isPreferred(one: Preference, other: Preference): boolean {
  if (one.weight !== other.weight) return one.weight > other.weight;
  if (one.weight === 0) return false;
  if (one.exactness !== other.exactness) return one.exactness > other.exactness;
  return one.place < other.place;
}

/** "ja" and "ja-JP" name the language, "*" any (RFC 4647 section 3.3.1); others do not match. */
function languageExactness(range: string, language: PageLanguage): number {
  if (range === "*") return 0;
  return range === language || range.startsWith(`${language}-`) ? 1 : -1;
}

function jsonExactness(range: string): number {
  if (range === "*/*") return 0;
  if (range === "application/*") return 1;
  return /^application\/(?:[^/]+\+)?json$/.test(range) ? 2 : -1;
}

function htmlExactness(range: string): number {
  if (range === "*/*") return 0;
  if (range === "text/*") return 1;
  return range === "text/html" || range === "application/xhtml+xml" ? 2 : -1;
}

/** The preference that the most exact ranges give; the best weighted of equally exact ones. */
function preference(ranges: readonly WeightedRange[], exactnessOf: (range: string) => number): Preference {
  let best = UNWANTED;
  for (const [place, { range, weight }] of ranges.entries()) {
    const exactness = exactnessOf(range);
    if (exactness < 0 || exactness < best.exactness) continue;
    if (exactness > best.exactness || weight > best.weight) best = { weight, exactness, place };
  }
  return best;
}

function weightedRanges(value: string | undefined): readonly WeightedRange[] {
  if (value === undefined) return [];
  return value.toLowerCase().split(",", RANGES_MAX).map(weightedRange);
}

/** RFC 9110 section 12.4.2: `;q=0.5`; a weight that cannot be read counts as 0. */
function weightedRange(member: string): WeightedRange {
  const [range = "", ...parameters] = member.split(";").map((part) => part.trim());
  const q = parameters.find((parameter) => /^q\s*=/.test(parameter));
  if (q === undefined) return { range, weight: 1 };
  const weight = q.replace(/^q\s*=\s*/, "");
  return { range, weight: /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight) : 0 };
}
