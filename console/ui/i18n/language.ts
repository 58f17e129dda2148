/** The language of this browser's pages, remembered here and nowhere else. */
import { signal } from "@preact/signals";
import { fillPhrase, type Language, type Parameters, type Phrase, preferredLanguage } from "./phrase.ts";

const STORAGE_KEY = "futago.language";

const stored = localStorage.getItem(STORAGE_KEY);

export const language = signal<Language>(
  stored === "ja" || stored === "en" ? stored : preferredLanguage(navigator.languages),
);

/** Changes the language of all pages at once. */
export function setLanguage(next: Language): void {
  language.value = next;
  localStorage.setItem(STORAGE_KEY, next);
  document.documentElement.lang = next;
}

/** The phrase in the language of the pages; a component that calls it is drawn anew when that changes. */
export const say = (phrase: Phrase, parameters?: Parameters): string =>
  fillPhrase(phrase, language.value, parameters);
