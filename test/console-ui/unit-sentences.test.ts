/** What the unit says of itself has both languages: codes by the compiler and here, sentences read from the source. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { type LastRequest, lastRequestReason } from "#caching/last-request.ts";
import { ALERT_CODES } from "#console/contract/host.ts";
import { unitTextInJapanese } from "#console/ui/i18n/unit-sentences.ts";
import { UNIT_ALERTS } from "#control/contract.ts";
import { lintScript } from "#pac/lint-script.ts";

const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));

/** The sentences that a pattern finds, whatever is put into them shown as 1. */
function sentencesIn(files: readonly string[], pattern: RegExp): readonly string[] {
  return files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(pattern)].map(([, text = ""]) =>
      text.slice(1, -1).replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "1"),
    ),
  );
}

const LITERAL = '("[^"\\n]*"|`[^`]*`)';
/** What only programs that use the API get to see, or an administrator at the start on the command line. */
const NOT_ON_PAGES = [
  /^the body is no JSON$/,
  /^If-Match is /,
  /^topics are /,
  /^which log\?$/,
  /^1: 1 1$/,
  /^the path is longer than/,
  /is not a shared section$/,
  /^only the other unit of the pair$/,
  /^only for people who have signed in$/,
  /^there is no draft to apply$/,
  /^too many pages listen already$/,
  /^the log 1 is not there$/,
  /is not written$/,
  /^the unit answers this|^the heartbeat process answers this/,
  /^worker 1 does not answer$/,
  /^off$/,
];

t.test("every alert of the unit is one of the console's", async (t) => {
  for (const code of UNIT_ALERTS) t.ok(ALERT_CODES.includes(code), code);
});

t.test("refusals of the console and of the control sockets are said in Japanese", async (t) => {
  const sentences = [
    ...sentencesIn(
      filesIn("console/server"),
      new RegExp(`new Refusal\\(\\s*"[a-z-]+"(?: : "conflict")?,\\s*${LITERAL}`, "g"),
    ),
    ...sentencesIn(
      ["console/server/pair-sync.ts", "src/control/client.ts", ...SERVICES],
      new RegExp(`failure\\(\\s*\\[?\\s*${LITERAL}`, "g"),
    ),
  ].filter((sentence) => !NOT_ON_PAGES.some((pattern) => pattern.test(sentence)));
  t.ok(sentences.length > 40, `${sentences.length}`);
  t.strictSame(
    sentences.filter((sentence) => !JAPANESE.test(unitTextInJapanese(sentence) ?? "")),
    [],
  );
});

/** What answers orders of the console. */
const SERVICES = [
  "appliance/service/service-desk.ts",
  "appliance/service/heartbeat-daemon.ts",
  "appliance/service/proxy-service.ts",
  "appliance/service/supervisor.ts",
  "appliance/service/wpad-daemon.ts",
];

t.test("why a request was a hit or not is said in Japanese, whatever became of it", async (t) => {
  const results: readonly LastRequest["result"][] = [
    "TCP_MEM_HIT",
    "TCP_HIT",
    "TCP_IMS_HIT",
    "TCP_STALE_HIT",
    "TCP_CF_HIT",
    "TCP_REFRESH_UNMODIFIED",
    "TCP_REFRESH_FAIL_OLD",
    "TCP_MISS",
  ];
  const fwds = ["bypass", "method", "uri-miss", "vary-miss", "request", "stale", "partial"] as const;
  const whys = [
    ...(["method", "override", "status", "must-understand", "no-store", "private"] as const),
    ...(["authorization", "vary", "no-freshness", null] as const),
  ];
  const all = results.flatMap((result) =>
    fwds.flatMap((fwd) =>
      whys.flatMap((notStored) =>
        [true, false].map((isBypassed) =>
          lastRequestReason({ wallMs: 0, method: "GET", status: 200, result, fwd, isBypassed, notStored }),
        ),
      ),
    ),
  );
  t.strictSame(
    [...new Set(all)].filter((sentence) => !JAPANESE.test(unitTextInJapanese(sentence) ?? "")),
    [],
  );
});

t.test("why a stored response would be used or not is said in Japanese", async (t) => {
  const pattern = new RegExp(`(?:reason: |return |\\? )${LITERAL}`, "g");
  const sentences = sentencesIn(["src/caching/explanation.ts"], pattern)
    .concat(sentencesIn(["src/caching/explanation.ts"], /: (`none of [^`]*`)/g))
    .filter((sentence) => sentence.includes(" "))
    .map((sentence) => sentence.replace(/\b1 more/, "1 s more").replace(/since 1\b/, "since 1 s"));
  t.ok(sentences.length > 8, `${sentences.length}`);
  t.strictSame(
    sentences.filter((sentence) => !JAPANESE.test(unitTextInJapanese(sentence) ?? "")),
    [],
  );
});

t.test("what lint finds in a script is said in Japanese", async (t) => {
  const cases = JSON.parse(readFileSync("test/pac/lint-script.json", "utf8")) as readonly {
    readonly script: string;
  }[];
  const texts = [...cases.map(({ script }) => script), "x".repeat(70_000)].flatMap((script) =>
    lintScript(script).map(({ text }) => text),
  );
  t.ok(texts.length > 15, `${texts.length}`);
  t.strictSame(
    texts.filter((text) => !JAPANESE.test(unitTextInJapanese(text) ?? "")),
    [],
  );
});

t.test("a sentence that is not known is not guessed at", async (t) => {
  t.equal(unitTextInJapanese("something new"), null);
  t.equal(unitTextInJapanese("no hit: nothing was stored for the URL; its answer was not stored: new"), null);
});
