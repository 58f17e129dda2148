/** Patterns of purges: "*" any run, "?" any one character, all else itself. */
import t from "tap";
import { matchesPattern } from "#store/purge-selector.ts";

const CASES: readonly (readonly [pattern: string, text: string, matches: boolean])[] = [
  ["", "", true],
  ["", "a", false],
  ["*", "", true],
  ["*", "http://example.com/", true],
  ["a*", "abc", true],
  ["*c", "abc", true],
  ["*b*", "abc", true],
  ["a*c*e", "abcde", true],
  ["a*c*e", "abcd", false],
  ["**a**", "a", true],
  ["?", "", false],
  ["a?c", "abc", true],
  ["a?c", "ac", false],
  ["*?", "a", true],
  ["*ab", "aab", true],
  ["*.jpg", "http://e.example/a.jpg?x=.jpg", true],
  ["a.c", "abc", false],
  ["[ab]", "a", false],
  ["(a|b)+$", "(a|b)+$", true],
  ["a", "A", false],
];

t.test("a pattern matches the whole text", async (t) => {
  for (const [pattern, text, matches] of CASES) {
    t.equal(matchesPattern(text, pattern), matches, `${pattern} on ${text}`);
  }
});

t.test("a hostile pattern takes no longer than the product of the lengths", async (t) => {
  const startedMs = performance.now();
  t.notOk(matchesPattern("a".repeat(20_000), `${"*a".repeat(200)}b`));
  t.ok(performance.now() - startedMs < 5_000);
});
