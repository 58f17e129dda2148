import t from "tap";
import { FieldList } from "#http/field-list.ts";
import { copyRequestFields, copyResponseFields } from "#http/hop-by-hop.ts";
import { fieldList } from "#test/support/field-list.ts";

const through = (copy: typeof copyRequestFields, lines: readonly string[]): readonly string[] => {
  const to = new FieldList();
  copy(fieldList(lines), to);
  return to.pairs().map(([name, value]) => `${name}: ${value}`);
};

t.test("end-to-end fields go on in their order, spelling and number", async (t) => {
  const lines = ["Accept: */*", "X-Two: 1", "COOKIE: a=b", "x-two: 2", "Trailer: X-Sum", "Empty: "];
  t.strictSame(through(copyRequestFields, lines), lines);
  t.strictSame(through(copyResponseFields, lines), lines);
});

t.test("fields of one connection stay, with and without Connection", async (t) => {
  const own = [
    "Keep-Alive: timeout=5",
    "Proxy-Connection: keep-alive",
    "TE: trailers",
    "Transfer-Encoding: chunked",
    "Upgrade: websocket",
    "HTTP2-Settings: AAMAAABkAAQAAP__",
    "Proxy-Authenticate: Basic",
    "Proxy-Authorization: Basic c2VjcmV0",
    "Proxy-Authentication-Info: x",
    "Content-Length: 3",
    "X-Stays: 1",
  ];
  for (const copy of [copyRequestFields, copyResponseFields]) {
    t.strictSame(through(copy, own), ["X-Stays: 1"]);
    t.strictSame(through(copy, ["connection: close", ...own]), ["X-Stays: 1"]);
  }
});

t.test("Host and Expect are left out of requests only", async (t) => {
  const lines = ["Host: example.com", "Expect: 100-continue", "A: 1"];
  t.strictSame(through(copyRequestFields, lines), ["A: 1"]);
  t.strictSame(through(copyResponseFields, lines), lines);
});

t.test("what Connection names stays, in any case, place and number of lines", async (t) => {
  t.strictSame(
    through(copyRequestFields, [
      "X-Hop: 1",
      "Connection: close ,\tx-HOP,, keep-alive",
      "Foo: 1",
      "Connection: FOO",
      "Bar: 1",
    ]),
    ["Bar: 1"],
  );
});

t.test("Connection cannot remove what everybody on the way relies upon", async (t) => {
  const names = [
    ...["Authorization", "Cookie", "Set-Cookie", "Cache-Control", "Content-Type", "Content-Encoding"],
    ...["X-Forwarded-For", "Forwarded", "Via", "Origin", "Range", "If-None-Match", "Vary", "Age", "Date"],
    ...["Sec-Fetch-Site", "Access-Control-Allow-Origin", "Strict-Transport-Security", "Trailer"],
  ];
  const lines = names.map((name) => `${name}: kept`);
  const connection = `Connection: close, ${names.join(", ")}`;
  t.strictSame(through(copyRequestFields, [connection, ...lines]), lines);
  t.strictSame(through(copyResponseFields, [...lines, connection]), lines);
});

t.test("names that merely resemble a field of one connection go on", async (t) => {
  const lines = ["T: 1", "Tee: 1", "X-Upgrade: 1", "Upgrade-Insecure-Requests: 1", "Keep-Alive2: 1"];
  t.strictSame(through(copyRequestFields, ["Connection: keep-alive, Upgrade", ...lines]), lines);
});
