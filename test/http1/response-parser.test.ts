/** What the vectors cannot say: the interface of the response parser. */
import t from "tap";
import { PARSER } from "#http1/parser-event.ts";
import { ResponseParser } from "#http1/response-parser.ts";
import { LIMITS } from "./event-log.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

const expecting = (method: string, text: string): ResponseParser => {
  const parser = new ResponseParser(LIMITS);
  parser.expect(method);
  parser.push(Buffer.from(text, "latin1"));
  return parser;
};

t.test("one response at a time", async (t) => {
  const parser = expecting("GET", OK);
  t.throws(() => parser.expect("GET"), /invariant/, "the first has not come");
  t.strictSame([parser.next(), parser.next(), parser.next()], [PARSER.head, PARSER.body, PARSER.end]);
  parser.expect("GET");
  t.equal(parser.next(), PARSER.needMore);
  parser.push(Buffer.from(OK));
  t.equal(parser.next(), PARSER.head);
});

t.test("bytes that nobody asked for are a fault", async (t) => {
  const parser = new ResponseParser(LIMITS);
  t.equal(parser.next(), PARSER.needMore);
  parser.push(Buffer.from("H"));
  t.equal(parser.next(), PARSER.error);
  t.equal(parser.error, "bad-response");
});

t.test("the connection is kept or not as the answer says", async (t) => {
  const keepAlive = (method: string, head: string): boolean => {
    const parser = expecting(method, `HTTP/1.1 ${head}\r\n\r\n`);
    parser.next();
    return parser.head.keepAlive;
  };
  t.equal(keepAlive("GET", "200 OK\r\nContent-Length: 0"), true);
  t.equal(keepAlive("GET", "200 OK\r\nContent-Length: 0\r\nConnection: close"), false);
  t.equal(keepAlive("GET", "200 OK"), false, "until close");
  t.equal(keepAlive("GET", "101 Switching Protocols"), false, "given away");
  t.equal(keepAlive("CONNECT", "200 OK"), false, "given away");
  t.equal(keepAlive("CONNECT", "403 No\r\nContent-Length: 0"), true);
  t.equal(keepAlive("GET", "204 No Content"), true);
  t.equal(keepAlive("GET", "204 No Content\r\nContent-Length: 5"), false, "a body may follow");
});

t.test("what follows a tunnel's head is taken out", async (t) => {
  const parser = expecting("CONNECT", "HTTP/1.1 200 OK\r\n\r\nTLS");
  t.strictSame([parser.next(), parser.next()], [PARSER.head, PARSER.end]);
  t.equal(parser.bufferedBytes, 3);
  t.equal(parser.takeRest().toString(), "TLS");
});

t.test("finish ends a body that lasts until then, and nothing else", async (t) => {
  const finish = (text: string): readonly (number | string)[] => {
    const parser = expecting("GET", text);
    while (parser.next() !== PARSER.needMore);
    const event = parser.finish();
    return event === PARSER.error ? [event, parser.error] : [event];
  };
  t.strictSame(finish("HTTP/1.1 200 OK\r\n\r\nhello"), [PARSER.end]);
  t.strictSame(finish(""), [PARSER.error, "origin-closed"]);
  t.strictSame(finish("HTTP/1.1 200"), [PARSER.error, "origin-closed"]);
  t.strictSame(finish("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no"), [PARSER.error, "origin-truncated"]);
  const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  t.strictSame(finish(`${chunked}1\r\na\r\n`), [PARSER.error, "origin-truncated"]);
  t.strictSame(finish(`${chunked}0\r\n`), [PARSER.error, "origin-truncated"]);
  const parser = expecting("GET", "nonsense\r\n");
  parser.next();
  t.equal(parser.finish(), PARSER.error);
  t.equal(parser.error, "bad-response", "the first fault stays");
});

t.test("midHead, and what is read before its event", async (t) => {
  const parser = expecting("GET", "HT");
  t.throws(() => parser.head, /invariant/);
  t.throws(() => parser.error, /invariant/);
  parser.next();
  t.equal(parser.midHead, true);
  t.equal(parser.trailers, null);
  parser.push(Buffer.from(OK.slice(2)));
  parser.next();
  t.equal(parser.midHead, false);
});
