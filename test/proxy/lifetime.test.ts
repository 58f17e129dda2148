/** When connections end: limits, clients that go away, reload and drain, in virtual time. */
import t from "tap";
import { defaultSettings } from "#settings/parse-settings.ts";
import { answer, GET } from "#test/support/dialogue.ts";
import { FakeProxy } from "#test/support/fake-proxy.ts";

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

t.test("a reload leaves what is under way alone", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(GET);
  proxy.server.apply(proxy.generation(defaultSettings()));
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

t.test("what a client sent before it closed its direction is all answered", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(GET.replace("/a", "/1") + GET.replace("/a", "/2"));
  client.receiveEnd();
  for (const path of ["/1?b", "/2?b"]) {
    t.equal(client.ended, false);
    t.equal(proxy.exchange.request.path, path);
    proxy.exchange.handler.onHead(answer(200, { kind: "length", bytes: 2 }));
    proxy.exchange.handler.onBody(Buffer.from("ok"));
    proxy.exchange.handler.onEnd(null);
  }
  t.equal(client.ended, true);
  t.equal(client.sent.split("Connection: close").length, 2, "only the last answer closes");
});

t.test("half a request before the client's end is no request", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(`${GET}GET http://o.exam`);
  client.receiveEnd();
  proxy.exchange.handler.onHead(answer(204, { kind: "none" }));
  proxy.exchange.handler.onEnd(null);
  t.equal(client.ended, true);
  t.equal(proxy.exchanges.length, 1);
});

t.test("a sweep by shares has its turn with every connection", async (t) => {
  const proxy = new FakeProxy();
  const clients = Array.from({ length: 25 }, () => proxy.client());
  proxy.nowMs += 60_000;
  proxy.server.sweep(0.1);
  const first = clients.filter((client) => client.ended).length;
  t.ok(first > 0 && first <= 3, `a share at a time: ${first}`);
  for (let step = 0; step < 12; step += 1) proxy.server.sweep(0.1);
  t.ok(clients.every((client) => client.ended));
});
