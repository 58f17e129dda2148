import t from "tap";
import { parseDuration } from "#appliance/cli/purge-selector.ts";
import { futago } from "#test/support/futago-command.ts";

t.test("times have a unit", async (t) => {
  const cases: readonly (readonly [text: string, ms: number | null])[] = [
    ["90s", 90_000],
    ["15min", 900_000],
    ["12 h", 43_200_000],
    ["7d", 604_800_000],
    ["0s", 0],
    ["7", null],
    ["-7d", null],
    ["1.5h", null],
    ["7m", null],
    ["", null],
  ];
  for (const [text, ms] of cases) t.equal(parseDuration(text), ms, text);
});

t.test("a purge without one clear selector is a wrong command line", async (t) => {
  const cases: readonly (readonly [words: readonly string[], err: RegExp])[] = [
    [[], /^futago: cache purge: say what to purge: a URL, or one of --url, --prefix, .*, --all\n$/],
    [["--soft"], /say what to purge/],
    [["--host", "a", "--tag", "b"], /found --host and --tag, expected one of them/],
    [["--all", "http://h/"], /found --url and --all, expected one/],
    [["--url", "http://h/", "http://h/"], /found two URLs/],
    [["--older-than", "7"], /--older-than: found "7", expected a time such as 90s/],
    [["example.com"], /"example\.com" is no http or https URL/],
    [["--host", "h:80"], /named without a port/],
    [["--tga", "x"], /unknown option --tga; did you mean --tag\?/],
  ];
  for (const [words, err] of cases)
    t.match(await futago("cache", "purge", ...words), { code: 64, out: "", err }, words.join(" "));
});

t.test("inspect wants a URL and whole fields", async (t) => {
  t.match(await futago("cache", "inspect"), { code: 64, err: /URL is missing/ });
  t.match(await futago("cache", "inspect", "h"), { code: 64, err: /"h" is no http or https URL/ });
  for (const field of ["gzip", "a b: c", ": x"])
    t.match(await futago("cache", "inspect", "http://h/", "--field", field), {
      code: 64,
      err: /--field: found ".*", expected a field such as "Accept-Encoding: gzip"/,
    });
});
