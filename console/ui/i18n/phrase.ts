/**
 * What the pages say. A phrase has both languages side by side, so that none can be forgotten; Japanese
 * names of pages and settings are the manual's. Placeholders are written {name}.
 */
export type Language = "ja" | "en";

export type Phrase = readonly [ja: string, en: string];

export type Parameters = Readonly<Record<string, string | number>>;

/** The phrase in one language with its placeholders filled; an unknown one stays as it is and is seen. */
export function fillPhrase(phrase: Phrase, language: Language, parameters: Parameters = {}): string {
  const text = language === "ja" ? phrase[0] : phrase[1];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(parameters[name] ?? whole));
}

/** The language that a browser asks for: Japanese unless another one is preferred. */
export const preferredLanguage = (preferred: readonly string[]): Language =>
  preferred.length === 0 || /^ja\b/i.test(preferred[0] ?? "") ? "ja" : "en";
