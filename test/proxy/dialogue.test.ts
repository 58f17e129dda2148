/** Dialogues with one client connection, played event by event: no socket, no real time. */
import t from "tap";
import { FieldList } from "#http/field-list.ts";
import { answer, DATE, GET } from "#test/support/dialogue.ts";
import { FakeProxy } from "#test/support/fake-proxy.ts";

const microtasks = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

t.test("a request is made anew for the origin, and its answer for the client", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  t.equal(client.receive(GET), true);
  const { request, handler } = proxy.exchange;
  t.equal(request.path, "/a?b");
  t.strictSame(request.fields.pairs(), [
    ["Host", "origin.example"],
    ["Via", "1.1 futago-0badcafe"],
  ]);
  t.equal(proxy.exchange.bodyEnded, true);
  handler.onConnection("203.0.113.5:80", null);
  handler.onHead(answer(200, { kind: "length", bytes: 5 }, { "Content-Type": "text/plain" }));
  handler.onBody(Buffer.from("hello"));
  handler.onEnd(null);
  t.equal(
    client.takeSent(),
    `HTTP/1.1 200 Fine\r\nDate: ${DATE}\r\nContent-Type: text/plain\r\nVia: 1.1 futago-0badcafe\r\nContent-Length: 5\r\n\r\nhello`,
  );
  t.equal(client.writes, 1, "head and small body are one write");
  t.match(proxy.record, {
    status: 200,
    method: "GET",
    target: "http://origin.example/a?b",
    reason: "complete",
    cacheResult: "TCP_MISS",
    upstreamAddress: "203.0.113.5:80",
    requestBytes: GET.length,
  });
  t.equal(client.ended, false, "the connection stays open");
  client.receive(GET);
  t.equal(proxy.exchanges.length, 2);
});

t.test("a head whose body does not come at once is sent alone", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(GET);
  proxy.exchange.handler.onHead(answer(200, { kind: "chunked" }));
  await microtasks();
  t.match(client.takeSent(), /Transfer-Encoding: chunked\r\n\r\n$/);
  proxy.exchange.handler.onBody(Buffer.from("abc"));
  await microtasks();
  t.equal(client.takeSent(), "3\r\nabc\r\n");
  const trailers = new FieldList();
  trailers.add("X-Sum", "1");
  proxy.exchange.handler.onEnd(trailers);
  t.equal(client.takeSent(), "0\r\nX-Sum: 1\r\n\r\n");
});

t.test("a whole small chunked answer is one write", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(GET);
  const { handler } = proxy.exchange;
  handler.onHead(answer(200, { kind: "close" }));
  handler.onBody(Buffer.from("abc"));
  handler.onEnd(null);
  t.match(client.sent, /\r\n\r\n3\r\nabc\r\n0\r\n\r\n$/);
  t.equal(client.writes, 1);
});

t.test("pipelined requests are answered in order, one at a time", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  t.equal(client.receive(GET.replace("/a", "/1") + GET.replace("/a", "/2") + GET.replace("/a", "/3")), false);
  for (const path of ["/1?b", "/2?b", "/3?b"]) {
    t.equal(proxy.exchange.request.path, path);
    proxy.exchange.handler.onHead(answer(204, { kind: "none" }));
    proxy.exchange.handler.onEnd(null);
  }
  t.equal(proxy.records.length, 3);
  t.equal(client.paused, false);
});

t.test("a client that reads nothing stops the origin, and its next request", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(GET);
  client.stalled = true;
  const { handler } = proxy.exchange;
  handler.onHead(answer(200, { kind: "length", bytes: 4 }));
  t.equal(handler.onBody(Buffer.from("ab")), false);
  t.equal(proxy.exchange.resumed, 0);
  client.drain();
  t.equal(proxy.exchange.resumed, 1);
  client.stalled = true;
  handler.onBody(Buffer.from("cd"));
  handler.onEnd(null);
  t.equal(proxy.records.length, 0, "the transaction ends with the last byte in the kernel");
  t.equal(client.receive(GET), false, "the next request is held");
  t.equal(proxy.exchanges.length, 1);
  client.drain();
  t.equal(proxy.records.length, 1);
  t.equal(proxy.exchanges.length, 2);
});

t.test("an origin that takes nothing stops the client's upload", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive("POST http://o.example/ HTTP/1.1\r\nHost: o.example\r\nContent-Length: 6\r\n\r\nab");
  proxy.exchange.stalled = true;
  t.equal(client.receive("cd"), false);
  t.equal(proxy.exchange.body, "abcd");
  proxy.exchange.stalled = false;
  proxy.exchange.handler.onRequestDrain();
  t.equal(client.paused, false);
  t.equal(client.receive("ef"), true);
  t.equal(proxy.exchange.body, "abcdef");
  t.equal(proxy.exchange.bodyEnded, true);
});

t.test("interim answers pass, but not to HTTP/1.0", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(GET);
  const hints = new FieldList();
  hints.add("Link", "</s.css>; rel=preload");
  proxy.exchange.handler.onInformational(103, hints);
  t.equal(client.takeSent(), "HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\n\r\n");
  const old = proxy.client();
  old.receive("GET http://o.example/ HTTP/1.0\r\n\r\n");
  proxy.exchange.handler.onInformational(103, hints);
  t.equal(old.sent, "");
});

t.test("an HTTP/1.0 client gets a body that the close ends", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive("GET http://o.example/ HTTP/1.0\r\n\r\n");
  const { handler } = proxy.exchange;
  handler.onHead(answer(200, { kind: "chunked" }));
  handler.onBody(Buffer.from("abc"));
  handler.onEnd(null);
  t.match(client.sent, /Connection: close\r\n\r\nabc$/);
  t.notMatch(client.sent, /chunked/);
  t.equal(client.ended, true);
});

t.test("an answer that is cut shows as a cut", async (t) => {
  const proxy = new FakeProxy();
  const sized = proxy.client();
  sized.receive(GET);
  proxy.exchange.handler.onHead(answer(200, { kind: "length", bytes: 9 }));
  proxy.exchange.handler.onBody(Buffer.from("abc"));
  proxy.exchange.handler.onError("origin-truncated", "");
  t.equal(sized.closed, true);
  t.equal(proxy.record.reason, "origin-truncated");
  const old = proxy.client();
  old.receive("GET http://o.example/ HTTP/1.0\r\n\r\n");
  proxy.exchange.handler.onHead(answer(200, { kind: "close" }));
  proxy.exchange.handler.onError("origin-truncated", "");
  t.equal(old.wasReset, true, "only a reset tells an HTTP/1.0 client");
});

t.test("a failure before the head is an error answer, and the connection goes on", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(GET);
  proxy.exchange.handler.onError("connect-refused", "203.0.113.5:80");
  t.match(client.sent, /^HTTP\/1\.1 502 /);
  t.match(client.sent, /Proxy-Status: futago; ?error=connection_refused/);
  t.equal(client.ended, false);
  t.match(proxy.record, { status: 502, reason: "connect-refused" });
});

t.test("a malformed request is answered 400 and the connection closes", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(
    "GET http://o.example/ HTTP/1.1\r\nHost: o.example\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  t.match(client.sent, /^HTTP\/1\.1 400 /);
  t.match(client.sent, /Connection: close/);
  t.equal(client.ended, true);
  t.equal(proxy.record.reason, "length-and-encoding");
  t.equal(client.receive(GET), true, "what follows is thrown away");
  t.equal(proxy.exchanges.length, 0);
  proxy.pass(2_000);
  t.equal(client.closed, true);
  t.equal(proxy.server.openConnections, 0);
});

t.test("a malformed chunk after the head ends both sides", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(
    "POST http://o.example/ HTTP/1.1\r\nHost: o.example\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
  );
  t.equal(proxy.exchange.body, "ab");
  client.receive("0x1\r\nc\r\n");
  t.equal(proxy.exchange.aborted, true);
  t.match(client.sent, /^HTTP\/1\.1 400 /);
  t.equal(client.ended, true);
});

t.test("a request that comes back to us is refused", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(
    "GET http://o.example/ HTTP/1.1\r\nHost: o.example\r\nVia: 1.1 a, 1.1 Futago-0BADCAFE (x)\r\n\r\n",
  );
  t.match(client.sent, /^HTTP\/1\.1 508 /);
  t.equal(proxy.exchanges.length, 0);
});

t.test("Max-Forwards is counted down, and at zero this unit answers", async (t) => {
  const proxy = new FakeProxy();
  const options = (left: number): string =>
    `OPTIONS http://o.example/ HTTP/1.1\r\nHost: o.example\r\nMax-Forwards: ${left}\r\n\r\n`;
  proxy.client().receive(options(3));
  t.equal(proxy.exchange.request.fields.get("max-forwards"), "2");
  const last = proxy.client();
  last.receive(options(0));
  t.equal(proxy.exchanges.length, 1);
  t.match(last.sent, /^HTTP\/1\.1 204 [\s\S]*Allow: /);
});

t.test("OPTIONS for a whole server becomes an asterisk at the last proxy", async (t) => {
  const proxy = new FakeProxy();
  proxy.client().receive("OPTIONS http://o.example HTTP/1.1\r\nHost: o.example\r\n\r\n");
  t.equal(proxy.exchange.request.path, "*");
  proxy.client().receive("OPTIONS http://o.example/ HTTP/1.1\r\nHost: o.example\r\n\r\n");
  t.equal(proxy.exchange.request.path, "/");
});

t.test("a page of our own for a request whose body is still to come closes, and says so", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive("GET / HTTP/1.1\r\nHost: unit\r\nContent-Length: 4\r\n\r\n");
  t.match(client.sent, /^HTTP\/1\.1 200 [\s\S]*Connection: close/);
  client.receive("GET ");
  t.equal(client.ended, true);
  t.equal(proxy.records.length, 1);
});
