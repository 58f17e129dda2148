/** Every phrase of the pages, read from their source: both languages, the same placeholders, nothing left over. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { fillPhrase, preferredLanguage } from "#console/ui/i18n/phrase.ts";

const FOLDER = "console/ui";
/** Two texts in brackets, of which the first has Japanese letters: `["日本語", "English"]`. */
const PAIR = /\[\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)"/g;
const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;
const TEXT = /"((?:[^"\\]|\\.)*)"/g;

/** Words of the other language that belong in a phrase: the language's own name. */
const FOREIGN = new Set(["Language / 言語"]);

interface Found {
  readonly file: string;
  readonly ja: string;
  readonly en: string;
}

const sources = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ file: name, text: withoutComments(readFileSync(join(FOLDER, name), "utf8")) }));

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

const phrases: readonly Found[] = sources.flatMap(({ file, text }) =>
  [...text.matchAll(PAIR)]
    .map(([, ja = "", en = ""]) => ({ file, ja, en }))
    .filter(({ ja }) => JAPANESE.test(ja)),
);

const placeholders = (text: string): readonly string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name).sort();

t.test("phrases are found in the source at all", async (t) => {
  t.ok(phrases.length > 500, `${phrases.length}`);
});

t.test("both languages of a phrase have the same placeholders", async (t) => {
  const wrong = phrases.filter(({ ja, en }) => placeholders(ja).join() !== placeholders(en).join());
  t.strictSame(wrong, []);
});

t.test("the English half of a phrase is English and not empty", async (t) => {
  const wrong = phrases.filter(({ en }) => en.trim() === "" || (JAPANESE.test(en) && !FOREIGN.has(en)));
  t.strictSame(wrong, []);
});

t.test("no Japanese text stands outside a phrase", async (t) => {
  // These tables have Japanese beside the server's own English sentences.
  const tables =
    /^forms\/(names\/|fault-text)|^i18n\/unit-sentences|^pages\/(explain\/step|wpad\/reason)-text|^shell\/preferences/;
  const strays = sources
    .filter(({ file }) => !tables.test(file))
    .flatMap(({ file, text }) =>
      [...text.replaceAll(PAIR, "").matchAll(TEXT)]
        .map(([, words = ""]) => words)
        .filter((words) => JAPANESE.test(words))
        .map((words) => `${file}: ${words}`),
    );
  t.strictSame(strays, []);
});

t.test("placeholders are filled, and an unknown one is seen", async (t) => {
  t.equal(fillPhrase(["{n} 件", "{n} rows"], "ja", { n: 3 }), "3 件");
  t.equal(fillPhrase(["{n} 件", "{n} rows"], "en", { n: 3 }), "3 rows");
  t.equal(fillPhrase(["{n} 件", "{n} rows"], "en"), "{n} rows");
});

t.test("Japanese is spoken unless the browser prefers another language", async (t) => {
  t.equal(preferredLanguage([]), "ja");
  t.equal(preferredLanguage(["ja-JP", "en"]), "ja");
  t.equal(preferredLanguage(["en-US", "ja"]), "en");
  t.equal(preferredLanguage(["fr"]), "en");
});
