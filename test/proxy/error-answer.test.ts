import { createHash } from "node:crypto";
import t from "tap";
import { CLOSE_REASON_CODES, CLOSE_REASONS } from "#http/close-reason.ts";
import { parseList } from "#http/structured-field-parser.ts";
import { type ErrorAnswerInput, errorAnswer } from "#proxy/error-answer.ts";

const REQUEST: ErrorAnswerInput = {
  unit: "futago-a",
  reason: "dns-not-found",
  method: "GET",
  target: "http://nowhere.example/page",
  detail: "no such name",
  acceptLanguage: undefined,
  accept: undefined,
  wallMs: Date.parse("2026-11-01T03:04:05Z"),
};

const bodyOf = (change: Partial<ErrorAnswerInput>): string =>
  errorAnswer({ ...REQUEST, ...change }).body.toString("utf8");

const fieldOf = (change: Partial<ErrorAnswerInput>, name: string): string | undefined =>
  errorAnswer({ ...REQUEST, ...change }).fields.get(name);

const WITH_ANSWER = CLOSE_REASON_CODES.filter((reason) => CLOSE_REASONS[reason].status !== 0);

t.test("every reason that has a status is answered with it, in both languages", async (t) => {
  for (const reason of WITH_ANSWER) {
    const english = errorAnswer({ ...REQUEST, reason });
    t.equal(english.status, CLOSE_REASONS[reason].status, reason);
    t.match(english.body.toString(), /<html lang="en">/);
    t.match(english.body.toString(), reason);
    t.match(parseList(english.fields.get("proxy-status") ?? ""), { ok: true });
    const japanese = errorAnswer({ ...REQUEST, reason, acceptLanguage: "ja" });
    t.equal(japanese.fields.get("content-language"), "ja");
    t.match(japanese.body.toString(), /<html lang="ja">/);
    t.ok(japanese.body.toString().includes(CLOSE_REASONS[reason].ja), `${reason}: the sentence in Japanese`);
  }
});

t.test("an end that has no answer is a programmer's error", async (t) => {
  t.throws(() => errorAnswer({ ...REQUEST, reason: "client-aborted" }), /invariant broken/);
});

t.test("the fields tell caches, browsers and administrators what they need", async (t) => {
  const { fields, body } = errorAnswer(REQUEST);
  t.match(Object.fromEntries(fields.pairs()), {
    Date: "Sun, 01 Nov 2026 03:04:05 GMT",
    "Content-Type": "text/html; charset=utf-8",
    "Content-Language": "en",
    "Content-Length": String(body.length),
    "Cache-Control": "no-store",
    "Proxy-Status": 'futago-a;error=dns_error;details="no such name"',
    "X-Content-Type-Options": "nosniff",
  });
  t.equal(fields.get("connection"), undefined, "Connection is the connection's matter");
  t.equal(fieldOf({ nextHop: "192.0.2.1" }, "proxy-status")?.includes('next-hop="192.0.2.1"'), true);
});

t.test("HEAD has the length of the page and no page", async (t) => {
  const head = errorAnswer({ ...REQUEST, method: "HEAD" });
  t.equal(head.body.length, 0);
  t.equal(head.fields.get("content-length"), fieldOf({}, "content-length"));
});

t.test("405 says what is allowed, 503 when to come back, the others neither", async (t) => {
  const change = { reason: "method-not-allowed", allowMethods: ["GET", "HEAD"] } as const;
  t.equal(fieldOf(change, "allow"), "GET, HEAD");
  t.equal(fieldOf({ reason: "method-not-allowed" }, "allow"), "", "Allow is required with 405");
  t.match(fieldOf({ reason: "too-many-connections" }, "retry-after"), /^[0-9]+$/);
  t.equal(fieldOf({}, "allow"), undefined);
  t.equal(fieldOf({}, "retry-after"), undefined);
});

t.test("a client that prefers JSON gets problem details", async (t) => {
  const answer = errorAnswer({ ...REQUEST, accept: "application/json", acceptLanguage: "ja" });
  t.equal(answer.fields.get("content-type"), "application/problem+json");
  t.match(JSON.parse(answer.body.toString()), {
    type: "about:blank",
    title: "Bad Gateway",
    status: 502,
    detail: "ホスト名が見つかりません。",
    code: "dns-not-found",
    cause: "no such name",
    target: "http://nowhere.example/page",
    unit: "futago-a",
    time: "2026-11-01T03:04:05.000Z",
  });
});

t.test("hostile text stays text", async (t) => {
  const evil = `http://h/"><script>alert('1')</script>&amp;\u0000\u202e`;
  const page = bodyOf({ target: evil, detail: evil, unit: "<b>" });
  for (const hostile of ["<script", "<b>", "\u0000", "\u202e"]) t.notOk(page.includes(hostile), hostile);
  t.ok(page.includes("&#34;&#62;&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;&#38;amp;��"));
  const json = JSON.parse(bodyOf({ target: evil, accept: "application/json" }));
  t.equal(json.target, `http://h/"><script>alert('1')</script>&amp;��`);
});

t.test("the target is shown without userinfo and query, and shortened", async (t) => {
  const shown = (target: string) => JSON.parse(bodyOf({ target, accept: "application/json" })).target;
  const cases: readonly (readonly [string, string])[] = [
    ["http://example.com/a/b", "http://example.com/a/b"],
    ["http://registry.example/@scope/name", "http://registry.example/@scope/name"],
    ["example.com:443", "example.com:443"],
    ["/local/@x", "/local/@x"],
    ["", ""],
    ["http://user:secret@example.com/a", "http://…@example.com/a"],
    ["http://user:sec?ret@example.com/a", "http://…@example.com/a"],
    ["http://user:s@cret@example.com/", "http://…@example.com/"],
    ["user:secret@example.com:443", "…@example.com:443"],
    ["GET http://user:sec ret@example.com/ HTTP/1.1", "GET http://…@example.com/ HTTP/1.1"],
    ["http:/user:secret@example.com/", "http:/…@example.com/"],
    ["//user:secret@example.com/", "//…@example.com/"],
    ["http:\\\\user:secret@example.com\\", "http:\\\\…@example.com\\"],
    ["http://example.com/a?token=secret", "http://example.com/a?…"],
    ["http://example.com/a#secret", "http://example.com/a?…"],
  ];
  for (const [target, text] of cases) t.equal(shown(target), text, target);
  t.equal(shown(`http://h/${"x".repeat(20_000)}`).length, 160);
});

t.test("no stack and nothing of an internal error is shown", async (t) => {
  const stack = "Error: secret\n    at run (/opt/futago/main.js:1:1)";
  for (const accept of [undefined, "application/json"]) {
    t.notMatch(bodyOf({ detail: stack, accept }), /main\.js/, "only the first line");
    t.notMatch(bodyOf({ reason: "internal-error", detail: stack, accept }), /secret/);
  }
  t.notMatch(fieldOf({ reason: "internal-error", detail: stack }, "proxy-status"), /secret/);
});

t.test("the page loads nothing, and its policy allows its own style alone", async (t) => {
  const page = bodyOf({});
  const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? "";
  const hash = createHash("sha256").update(style).digest("base64");
  const policy = fieldOf({}, "content-security-policy") ?? "";
  t.match(policy, /^default-src 'none';/);
  t.ok(policy.includes(`style-src 'sha256-${hash}'`));
  t.notMatch(page, /<script|\bsrc=|url\(|@import| style="|\bon[a-z]+=/);
  t.strictSame(
    [...page.matchAll(/href="([^"]*)"/g)].map((match) => match[1]),
    ["data:,"],
  );
});
