/** Dialogues with one client connection, played event by event: no socket, no real time. */
import t from "tap";
import { FieldList } from "#http/field-list.ts";
import type { Framing, ResponseHead } from "#http/message-head.ts";
import { FakeProxy } from "#test/support/fake-proxy.ts";

const GET = "GET http://origin.example/a?b HTTP/1.1\r\nHost: origin.example\r\n\r\n";
const DATE = "Sun, 06 Nov 1994 08:49:37 GMT";

function answer(status: number, framing: Framing, fields: Record<string, string> = {}): ResponseHead {
  const list = new FieldList();
  list.add("Date", DATE);
  for (const [name, value] of Object.entries(fields)) list.add(name, value);
  return { status, reasonPhrase: "Fine", minorVersion: 1, fields: list, framing, keepAlive: true };
}

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

t.test("a client that goes away takes its exchange with it", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(GET);
  client.close("ECONNRESET");
  t.equal(proxy.exchange.aborted, true);
  t.match(proxy.record, { reason: "client-aborted", status: 0 });
  t.equal(proxy.server.openConnections, 0);
});

t.test("a client that only closes its direction still gets its answer", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(GET);
  client.receiveEnd();
  t.equal(proxy.exchange.aborted, false);
  proxy.exchange.handler.onHead(answer(200, { kind: "length", bytes: 2 }));
  proxy.exchange.handler.onBody(Buffer.from("ok"));
  proxy.exchange.handler.onEnd(null);
  t.match(client.sent, /Connection: close\r\n\r\nok$/);
  t.equal(client.ended, true);
});

t.test("slow heads, idle connections and slow bodies meet their limits", async (t) => {
  const proxy = new FakeProxy();
  const slow = proxy.client();
  slow.receive("GET http://o.example/ HTTP/1.1\r\nHo");
  proxy.pass(9_000);
  slow.receive("st: o");
  proxy.pass(1_000);
  t.match(slow.sent, /^HTTP\/1\.1 408 /, "the head's time runs from its first byte");
  const idle = proxy.client();
  proxy.pass(60_000);
  t.equal(idle.ended, true);
  t.equal(proxy.counters.value("client-idle"), 1);
  const upload = proxy.client();
  upload.receive("POST http://o.example/ HTTP/1.1\r\nHost: o.example\r\nContent-Length: 60000\r\n\r\n");
  proxy.pass(250);
  proxy.pass(30_000);
  t.match(upload.sent, /^HTTP\/1\.1 408 /);
  t.equal(proxy.record.reason, "body-too-slow");
});

t.test("CONNECT joins both sides, half-closes both ways, and logs one line", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive("CONNECT o.example:443 HTTP/1.1\r\nHost: o.example:443\r\n\r\n");
  const { FakeWire } = await import("#test/support/fake-wire.ts");
  const server = new FakeWire();
  proxy.tunnels[0]?.done({
    ok: true,
    value: { wire: server, remote: "203.0.113.5:443", parent: null, first: Buffer.from("hi") },
  });
  t.equal(client.takeSent(), "HTTP/1.1 200 Connection established\r\n\r\nhi");
  client.receive("ping");
  t.equal(server.sent, "ping");
  client.stalled = true;
  t.equal(server.receive("pong"), false, "held while the client does not read");
  t.equal(server.paused, true);
  client.drain();
  t.equal(server.paused, false);
  client.receiveEnd();
  t.equal(server.ended, true);
  server.receive("rest");
  t.equal(client.takeSent(), "pongrest");
  server.receiveEnd();
  t.equal(client.ended, true);
  server.close(null);
  client.close(null);
  t.match(proxy.record, { method: "CONNECT", status: 200, cacheResult: "TCP_TUNNEL", reason: "complete" });
  t.equal(proxy.records.length, 1);
  t.equal(proxy.counters.value("tunnels_open"), 0);
});

t.test("a CONNECT that is refused closes, and early bytes refuse it", async (t) => {
  const proxy = new FakeProxy();
  const port = proxy.client();
  port.receive("CONNECT o.example:25 HTTP/1.1\r\nHost: o.example:25\r\n\r\n");
  t.match(port.sent, /^HTTP\/1\.1 403 /);
  t.equal(port.ended, true);
  const early = proxy.client();
  early.receive("CONNECT o.example:443 HTTP/1.1\r\nHost: o.example:443\r\n\r\n\x16\x03\x01");
  t.match(early.sent, /^HTTP\/1\.1 400 /);
  t.equal(proxy.tunnels[0]?.cancelled, true);
  t.equal(early.ended, true);
});

t.test("an idle tunnel is closed", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive("CONNECT o.example:443 HTTP/1.1\r\nHost: o.example:443\r\n\r\n");
  const { FakeWire } = await import("#test/support/fake-wire.ts");
  const server = new FakeWire();
  proxy.tunnels[0]?.done({
    ok: true,
    value: { wire: server, remote: "r", parent: null, first: Buffer.alloc(0) },
  });
  proxy.pass(599_000);
  client.receive("x");
  proxy.pass(2_000);
  t.equal(client.closed, false);
  proxy.pass(600_000);
  t.equal(client.closed, true);
  t.equal(server.closed, true);
  t.equal(proxy.record.reason, "tunnel-idle");
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

t.test("a reload leaves what is under way alone", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(GET);
  const settings = proxy.exchange.request.fields;
  t.ok(settings);
  proxy.server.apply(proxy.generation((await import("#settings/parse-settings.ts")).defaultSettings()));
  t.equal(proxy.disposed, 0, "the old generation is still in use");
  proxy.exchange.handler.onHead(answer(204, { kind: "none" }));
  proxy.exchange.handler.onEnd(null);
  t.equal(proxy.disposed, 1);
  t.equal(client.ended, false);
});

t.test("draining closes idle connections, lets a transaction finish, then cuts", async (t) => {
  const proxy = new FakeProxy();
  const idle = proxy.client();
  const busy = proxy.client();
  const stuck = proxy.client();
  busy.receive(GET);
  const busyExchange = proxy.exchange;
  stuck.receive(GET);
  let drained = 0;
  proxy.server.drain(5_000, () => {
    drained += 1;
  });
  t.equal(idle.ended, true);
  busyExchange.handler.onHead(answer(200, { kind: "length", bytes: 2 }));
  busyExchange.handler.onBody(Buffer.from("ok"));
  busyExchange.handler.onEnd(null);
  t.match(busy.sent, /Connection: close/);
  idle.close(null);
  busy.close(null);
  t.equal(drained, 0);
  proxy.pass(5_000);
  t.equal(stuck.closed, true);
  t.equal(drained, 1);
});

t.test("an upgrade becomes a tunnel", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(
    "GET http://o.example/ws HTTP/1.1\r\nHost: o.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
  t.equal(proxy.exchange.request.upgrade, "websocket");
  const { FakeWire } = await import("#test/support/fake-wire.ts");
  const server = new FakeWire();
  proxy.exchange.handler.onUpgrade(
    answer(101, { kind: "none" }, { Upgrade: "websocket" }),
    server,
    Buffer.from("s"),
  );
  t.match(
    client.sent,
    /^HTTP\/1\.1 101 Switching Protocols\r\n[\s\S]*Connection: Upgrade\r\nUpgrade: websocket\r\n\r\ns$/,
  );
  client.receive("c");
  t.equal(server.sent, "c");
});

t.test("connections beyond a limit are told so, and do not count", async (t) => {
  const proxy = new FakeProxy((settings) => ({
    ...settings,
    limits: { ...settings.limits, connectionsPerClientMax: 2 },
  }));
  const first = proxy.client();
  proxy.client();
  const third = proxy.client();
  t.match(third.sent, /^HTTP\/1\.1 503 [\s\S]*Connection: close/);
  t.equal(third.ended, true);
  proxy.pass(2_000);
  t.equal(third.closed, true);
  t.equal(proxy.counters.value("too-many-client-connections"), 1);
  first.close(null);
  t.equal(proxy.client().sent, "", "there is room again");
});

t.test("a request body beyond the limit is refused before and while it comes", async (t) => {
  const proxy = new FakeProxy((settings) => ({
    ...settings,
    limits: { ...settings.limits, requestBodyBytesMax: 4 },
  }));
  const declared = proxy.client();
  declared.receive("POST http://o.example/ HTTP/1.1\r\nHost: o.example\r\nContent-Length: 5\r\n\r\n");
  t.match(declared.sent, /^HTTP\/1\.1 413 /);
  t.equal(declared.ended, true);
  const chunked = proxy.client();
  chunked.receive(
    "POST http://o.example/ HTTP/1.1\r\nHost: o.example\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
  );
  t.equal(chunked.sent, "");
  chunked.receive("3\r\ndef\r\n");
  t.match(chunked.sent, /^HTTP\/1\.1 413 /);
  t.equal(proxy.exchange.aborted, true);
});
