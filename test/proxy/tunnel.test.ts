/** CONNECT and Upgrade, played event by event. */
import t from "tap";
import { answer } from "#test/support/dialogue.ts";
import { FakeProxy } from "#test/support/fake-proxy.ts";
import { FakeWire } from "#test/support/fake-wire.ts";

t.test("CONNECT joins both sides, half-closes both ways, and logs one line", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive("CONNECT o.example:443 HTTP/1.1\r\nHost: o.example:443\r\n\r\n");
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

t.test("an upgrade becomes a tunnel", async (t) => {
  const proxy = new FakeProxy();
  const client = proxy.client();
  client.receive(
    "GET http://o.example/ws HTTP/1.1\r\nHost: o.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
  t.equal(proxy.exchange.request.upgrade, "websocket");
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
