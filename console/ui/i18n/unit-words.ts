/** What the unit says in its own words, in the language of the pages. */
import { language } from "./language.ts";
import { unitTextInJapanese } from "./unit-sentences.ts";

export const unitText = (sentence: string): string =>
  language.value === "ja" ? (unitTextInJapanese(sentence) ?? sentence) : sentence;
