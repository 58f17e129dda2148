import t from "tap";
import { preferredLanguage, wantsJson } from "#http/content-negotiation.ts";

t.test("the language with the higher weight is chosen, English in doubt", async (t) => {
  const cases: readonly (readonly [string | undefined, "ja" | "en"])[] = [
    [undefined, "en"],
    ["", "en"],
    ["*", "en"],
    ["fr", "en"],
    ["fr, *;q=0.5", "en"],
    ["ja", "ja"],
    ["ja-JP", "ja"],
    ["JA-jp", "ja"],
    ["ja,en-US;q=0.9,en;q=0.8", "ja"],
    ["en-US,en;q=0.9,ja;q=0.8", "en"],
    ["en;q=0.5, ja;q=0.7", "ja"],
    ["ja;q=0.5, en;q=0.7", "en"],
    ["ja, en", "ja"],
    ["en, ja", "en"],
    ["*, ja;q=0.5", "en"],
    ["*;q=0.5, ja", "ja"],
    ["en;q=0, *", "ja"],
    ["ja;q=0", "en"],
    ["ja;q=0, en;q=0", "en"],
    ["jam", "en"],
    ["ja; q = 0.9 , en;q=0.1", "ja"],
    ["ja;q=2, en;q=0.1", "en"],
    ["ja;q=abc, en;q=0.1", "en"],
    [`${"fr,".repeat(40)}ja`, "en"],
  ];
  for (const [value, language] of cases) t.equal(preferredLanguage(value), language, String(value));
});

t.test("JSON is given only where it is asked for rather than HTML", async (t) => {
  const cases: readonly (readonly [string | undefined, boolean])[] = [
    [undefined, false],
    ["", false],
    ["*/*", false],
    ["application/*", false],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false],
    ["application/json", true],
    ["application/problem+json", true],
    ["Application/JSON; charset=utf-8", true],
    ["application/vnd.api+json", true],
    ["application/json, text/plain, */*", true],
    ["text/html, application/json", false],
    ["application/json, text/html", true],
    ["text/html;q=0.5, application/json", true],
    ["application/json;q=0.5, text/html", false],
    ["application/json;q=0.5, */*", false],
    ["application/json;q=0", false],
    ["application/jsonx", false],
    ["application/a+b/json", false],
  ];
  for (const [value, json] of cases) t.equal(wantsJson(value), json, String(value));
});
