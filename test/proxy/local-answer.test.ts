import t from "tap";
import { type LocalAnswerInput, localAnswer } from "#proxy/local-answer.ts";

const REQUEST: LocalAnswerInput = {
  path: "/",
  method: "GET",
  unit: "futago-a",
  softwareVersion: "1.2.3",
  uptimeMs: 273_911_000,
  counters: { transactions: 18_433_021, client_bytes_sent: 1_610_612_736, close_complete: 7 },
  acceptLanguage: undefined,
  accept: undefined,
  wallMs: Date.parse("2026-11-01T03:04:05Z"),
};

function answerOf(change: Partial<LocalAnswerInput>) {
  const answer = localAnswer({ ...REQUEST, ...change });
  if (answer.kind !== "answer") throw new Error(`refused: ${answer.reason}`);
  return answer;
}

const textOf = (change: Partial<LocalAnswerInput>): string => answerOf(change).body.toString("utf8");

t.test("the root is a page that shows the state, in both languages", async (t) => {
  const answer = answerOf({});
  t.equal(answer.status, 200);
  t.equal(answer.fields.get("content-type"), "text/html; charset=utf-8");
  t.equal(answer.fields.get("content-length"), String(answer.body.length));
  t.equal(answer.fields.get("cache-control"), "no-store");
  const english = answer.body.toString("utf8");
  for (const part of ["futago-a", "1.2.3", "Running", "3 d 4 h", "18,433,021", "1.50<small>GiB</small>"])
    t.ok(english.includes(part), part);
  const japanese = textOf({ acceptLanguage: "ja", state: "draining" });
  for (const part of ['lang="ja"', "停止処理中", "3 日 4 時間"]) t.ok(japanese.includes(part), part);
});

t.test("what is not known is not shown", async (t) => {
  t.notMatch(textOf({ softwareVersion: undefined }), /Version/);
});

t.test("times and amounts are short at every size", async (t) => {
  const up = (uptimeMs: number) => /Up for<\/dt><dd>([^<]*)/.exec(textOf({ uptimeMs }))?.[1];
  t.equal(up(-5), "0 s");
  t.equal(up(59_999), "59 s");
  t.equal(up(61_000), "1 min 1 s");
  t.equal(up(3_600_000), "1 h 0 min");
  t.equal(up(400 * 86_400_000), "400 d 0 h");
  const sent = (bytes: number) =>
    /Sent to clients<\/th><td>(.*?)<\/td>/.exec(textOf({ counters: { client_bytes_sent: bytes } }))?.[1];
  t.equal(sent(0), "0<small>B</small>");
  t.equal(sent(999), "999<small>B</small>");
  t.equal(sent(1_023), "1.00<small>KiB</small>");
  t.equal(sent(10 * 1_048_576), "10.0<small>MiB</small>");
  t.equal(sent(500 * 1_048_576), "500<small>MiB</small>");
});

t.test("the same comes as JSON, by path or by preference", async (t) => {
  const byPath = answerOf({ path: "/status.json?x=1" });
  t.equal(byPath.fields.get("content-type"), "application/json");
  t.match(JSON.parse(byPath.body.toString()), {
    unit: "futago-a",
    version: "1.2.3",
    state: "running",
    uptimeSeconds: 273_911,
    time: "2026-11-01T03:04:05.000Z",
    counters: { transactions: 18_433_021, tunnels_open: 0 },
  });
  t.equal(textOf({ accept: "application/json" }), byPath.body.toString());
});

t.test("HEAD has the fields of GET and no body", async (t) => {
  const head = answerOf({ method: "HEAD" });
  t.equal(head.body.length, 0);
  t.strictSame(head.fields.pairs(), answerOf({}).fields.pairs());
});

t.test("other paths are not found, other methods not allowed", async (t) => {
  for (const path of ["/robots.txt", "/status.json/", "//", "/%2e", "/index.html"])
    t.match(localAnswer({ ...REQUEST, path }), { kind: "refused", reason: "not-found" }, path);
  for (const method of ["POST", "get", "OPTIONS", "TRACE"])
    t.match(
      localAnswer({ ...REQUEST, method }),
      { kind: "refused", reason: "method-not-allowed", allowMethods: ["GET", "HEAD"] },
      method,
    );
});

t.test("OPTIONS * says what the server allows, and has no length", async (t) => {
  const answer = answerOf({ path: "*", method: "OPTIONS" });
  t.equal(answer.status, 204);
  t.equal(answer.fields.get("allow"), "GET, HEAD, OPTIONS");
  t.equal(answer.fields.get("content-length"), undefined);
  t.match(localAnswer({ ...REQUEST, path: "*", method: "TRACE" }), { reason: "method-not-allowed" });
});

t.test("only known aggregates are shown, whatever the counters hold", async (t) => {
  for (const path of ["/", "/status.json"])
    t.notMatch(textOf({ path, counters: { "10.0.0.9": 1, "<script>": 2 } }), /10\.0\.0\.9|<script>/);
});
