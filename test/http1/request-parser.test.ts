/** What the vectors cannot say: the interface, its limits and its memory. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import t from "tap";
import { BODY_EXTENSION_BYTES_MAX, CHUNK_EXTENSION_BYTES_MAX } from "#http1/limits.ts";
import { PARSER } from "#http1/parser-event.ts";
import { RequestParser } from "#http1/request-parser.ts";
import { LIMITS, requestEvents } from "./event-log.ts";

const HEAD = "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n";
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

const pushed = (text: string, limits = LIMITS): RequestParser => {
  const parser = new RequestParser(limits);
  parser.push(Buffer.from(text, "latin1"));
  return parser;
};

t.test("bytes are pushed only when they are asked for", async (t) => {
  const parser = pushed(HEAD);
  t.throws(() => parser.push(Buffer.from("x")), /invariant/);
  t.equal(parser.next(), PARSER.head);
  t.equal(parser.next(), PARSER.end);
  t.equal(parser.next(), PARSER.needMore);
  parser.push(Buffer.alloc(0));
  t.equal(parser.next(), PARSER.needMore, "an empty piece is no harm");
});

t.test("what is read before its event is a mistake of ours", async (t) => {
  const parser = new RequestParser(LIMITS);
  t.throws(() => parser.head, /invariant/);
  t.throws(() => parser.error, /invariant/);
  t.equal(parser.requestLine, "");
  t.equal(parser.trailers, null);
  t.equal(parser.body.length, 0);
});

/** Reads a complete request without a body. */
function headOf(parser: RequestParser, text: string) {
  parser.push(Buffer.from(text, "latin1"));
  t.equal(parser.next(), PARSER.head);
  const { head } = parser;
  t.equal(parser.next(), PARSER.end);
  t.equal(parser.next(), PARSER.needMore);
  return { ...head, fields: head.fields.pairs() };
}

t.test("what a parser remembers of a head is never another's", async (t) => {
  const one = "GET http://a.example/1 HTTP/1.1\r\nHost: a.example\r\nX-Test: 1\r\n\r\n";
  const others = [
    one.replace("/1 ", "/2 "),
    one.replace("X-Test: 1", "X-Test: 2"),
    one.replace("X-Test", "X-Tesd"),
    one.replace("X-Test: 1\r\n", ""),
    one.replace("\r\n\r\n", "\r\nX-More: 1\r\n\r\n"),
    one.replace("HTTP/1.1", "HTTP/1.0"),
  ];
  for (const other of others) {
    const parser = new RequestParser(LIMITS);
    const fresh = (text: string) => headOf(new RequestParser(LIMITS), text);
    const isLast = other.includes("HTTP/1.0");
    t.strictSame([headOf(parser, one), headOf(parser, one)], [fresh(one), fresh(one)]);
    t.strictSame(headOf(parser, other), fresh(other));
    if (!isLast) t.strictSame(headOf(parser, one), fresh(one));
    parser.forget();
    if (!isLast) t.strictSame(headOf(parser, one), fresh(one), "forgotten, and read anew");
  }
});

t.test("a line that is read often enough to be remembered is judged with each new head", async (t) => {
  const good = "GET http://b.example/often HTTP/1.1\r\nHost: b.example\r\n\r\n";
  for (let time = 0; time < 40; time += 1) headOf(new RequestParser(LIMITS), good);
  const parser = pushed(good.replace("Host: b.example", "Host: b.example\r\nHost: b.example"));
  t.equal(parser.next(), PARSER.error);
  t.equal(parser.error, "bad-host");
});

t.test("a body is a view of the pushed bytes", async (t) => {
  const bytes = Buffer.from("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  const parser = new RequestParser(LIMITS);
  parser.push(bytes);
  parser.next();
  t.equal(parser.next(), PARSER.body);
  t.equal(parser.body.buffer, bytes.buffer);
  t.equal(parser.body.toString(), "hello");
});

t.test("pipelined bytes are counted, and can be taken out", async (t) => {
  const parser = pushed(`${HEAD}${HEAD}x`);
  t.equal(parser.next(), PARSER.head);
  t.equal(parser.next(), PARSER.end);
  t.equal(parser.bufferedBytes, HEAD.length + 1);
  t.equal(parser.takeRest().toString(), `${HEAD}x`);
  t.equal(parser.bufferedBytes, 0);
  t.equal(parser.takeRest().length, 0);
  t.equal(parser.next(), PARSER.needMore);
});

t.test("what is taken out outlives the piece that it came in", async (t) => {
  const bytes = Buffer.from("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nTLS");
  const parser = new RequestParser(LIMITS);
  parser.push(bytes);
  parser.next();
  parser.next();
  const rest = parser.takeRest();
  bytes.fill(0);
  t.equal(rest.toString(), "TLS");
});

t.test("midHead is about the next head only", async (t) => {
  const parser = pushed("G");
  t.equal(parser.midHead, false, "not looked at yet");
  parser.next();
  t.equal(parser.midHead, true);
  parser.push(Buffer.from(HEAD.slice(1)));
  t.equal(parser.next(), PARSER.head);
  t.equal(parser.midHead, false);
  parser.next();
  parser.next();
  t.equal(parser.midHead, false);
});

t.test("an error stays", async (t) => {
  const parser = pushed("NOPE\r\n");
  t.equal(parser.next(), PARSER.error);
  t.equal(parser.next(), PARSER.error);
  t.equal(parser.error, "bad-request-line");
  t.equal(parser.requestLine, "NOPE");
  t.equal(parser.midHead, false);
});

t.test("chunk extensions are bounded, a chunk and a body", async (t) => {
  const chunk = (extensionBytes: number): string => `1;${"a".repeat(extensionBytes - 1)}\r\nx\r\n`;
  const last = (text: string): string | undefined => requestEvents([Buffer.from(text)]).at(-1);
  // The CR that ends an extension counts with it.
  t.equal(last(`${CHUNKED}${chunk(CHUNK_EXTENSION_BYTES_MAX - 1)}0\r\n\r\n`), "end");
  t.match(requestEvents([Buffer.from(CHUNKED + chunk(CHUNK_EXTENSION_BYTES_MAX + 1))]), /error bad-chunk/);
  const many = chunk(CHUNK_EXTENSION_BYTES_MAX - 1);
  const chunks = BODY_EXTENSION_BYTES_MAX / CHUNK_EXTENSION_BYTES_MAX;
  t.equal(last(`${CHUNKED}${many.repeat(chunks)}0\r\n\r\n`), "end");
  t.ok(requestEvents([Buffer.from(CHUNKED + many.repeat(chunks + 1))]).includes("error bad-chunk"));
});

t.test("a large head that comes byte by byte takes linear time", async (t) => {
  const limits = { requestLineBytesMax: 1_024, headBytesMax: 1 << 20, headFieldsMax: 100 };
  const bytes = Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\nX: ${"a ".repeat(500_000)}\r\n\r\n`);
  const parser = new RequestParser(limits);
  // Quadratic, this would move half a terabyte and not end within the test's own limit.
  for (let at = 0; at < bytes.length - 1; at += 1) {
    parser.push(bytes.subarray(at, at + 1));
    if (parser.next() !== PARSER.needMore) throw new Error("an event before the end");
  }
  parser.push(bytes.subarray(-1));
  t.equal(parser.next(), PARSER.head);
  t.equal(parser.head.fields.get("x")?.length, 999_999);
});

t.test("a value or an option list full of blanks takes linear time", async (t) => {
  const limits = { requestLineBytesMax: 1_024, headBytesMax: 1 << 20, headFieldsMax: 100 };
  const blanks = " \t".repeat(100_000);
  const parser = pushed(
    `GET / HTTP/1.1\r\nHost: a\r\nConnection: a,${blanks}x\r\nX:${blanks}x${blanks}\r\n\r\n`,
    limits,
  );
  t.equal(parser.next(), PARSER.head);
  t.equal(parser.head.fields.get("x"), "x");
});

t.test("ten thousand idle parsers hold less than 1 KiB each", async (t) => {
  const parsers: RequestParser[] = [];
  const body = Buffer.alloc(4_096, 0x78);
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  const before = process.memoryUsage();
  for (let index = 0; index < 10_000; index += 1) {
    const parser = pushed(
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4096\r\nX: ${"y".repeat(4_000)}\r\n\r\n`,
    );
    while (parser.next() !== PARSER.needMore);
    parser.push(Buffer.from(body));
    while (parser.next() !== PARSER.needMore);
    parsers.push(parser);
  }
  collect();
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.external - before.heapUsed - before.external;
  t.ok(bytes / parsers.length < 1_024, `${Math.round(bytes / parsers.length)} bytes each`);
});
