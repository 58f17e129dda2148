import t from "tap";
import { wpadSettings } from "#test/pac/wpad-samples.ts";
import { FakeWire } from "#test/support/fake-wire.ts";
import {
  HEAD_BYTES_MAX,
  HEAD_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  LINGER_BYTES_MAX,
  LINGER_MS,
  SEND_TIMEOUT_MS,
} from "#wpad/limits.ts";
import { ScriptServer } from "#wpad/script-server.ts";
import { ScriptSite } from "#wpad/script-site.ts";

const REQUEST = "GET /wpad.dat HTTP/1.1\r\nHost: wpad\r\n\r\n";

class Bench {
  nowMs = 0;
  readonly server: ScriptServer;

  constructor(caps = { connectionsMax: 100, connectionsPerClientMax: 50 }) {
    const settings = wpadSettings({ clientNetworks: ["0.0.0.0/0"] });
    const clock = { nowMs: () => this.nowMs, wallMs: () => 0 };
    this.server = new ScriptServer(clock, new ScriptSite(settings), caps);
  }

  connect(client = "192.0.2.10"): FakeWire {
    const wire = new FakeWire();
    wire.remoteAddress = client;
    this.server.accept(wire);
    return wire;
  }

  /** Time passes, and the server looks at its limits. */
  pass(ms: number): void {
    this.nowMs += ms;
    this.server.sweep(this.nowMs);
  }
}

const answers = (wire: FakeWire): number => wire.sent.split("HTTP/1.1 ").length - 1;

t.test("requests on one connection are answered in order, whatever the pieces", async (t) => {
  const wire = new Bench().connect();
  for (const piece of [REQUEST.slice(0, 7), REQUEST.slice(7) + REQUEST, REQUEST.slice(0, -1), "\n"])
    wire.receive(piece);
  t.equal(answers(wire), 3);
  t.notOk(wire.ended);
});

t.test("a client that reads nothing is sent nothing more, until it reads", async (t) => {
  const bench = new Bench();
  const wire = bench.connect();
  wire.stalled = true;
  t.notOk(wire.receive(REQUEST.repeat(50)), "the bytes are held");
  const before = answers(wire);
  t.ok(before < 3, `${before} answers were made`);
  for (let left = 50; left > 0 && answers(wire) < 50; left -= 1) wire.drain();
  t.equal(answers(wire), 50);
  wire.stalled = true;
  wire.receive(REQUEST.repeat(5));
  bench.pass(SEND_TIMEOUT_MS);
  t.ok(wire.closed, "and one that never reads is dropped");
});

t.test("the last answer of a connection says so, and what follows is thrown away", async (t) => {
  const cases = {
    "Connection: close": "GET /wpad.dat HTTP/1.1\r\nHost: wpad\r\nConnection: close\r\n\r\n",
    "HTTP/1.0": "GET /wpad.dat HTTP/1.0\r\nHost: wpad\r\n\r\n",
    "a body": "POST /wpad.dat HTTP/1.1\r\nHost: wpad\r\nContent-Length: 5\r\n\r\nhello",
    "a chunked body": "POST /wpad.dat HTTP/1.1\r\nHost: wpad\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  };
  for (const [name, text] of Object.entries(cases)) {
    const bench = new Bench();
    const wire = bench.connect();
    wire.receive(text + REQUEST);
    t.equal(answers(wire), 1, name);
    t.match(wire.sent, "\r\nConnection: close\r\n");
    t.ok(wire.ended);
    t.notOk(wire.closed, "the answer must arrive");
    wire.receive("x".repeat(LINGER_BYTES_MAX + 1));
    t.ok(wire.closed, "not for ever");
  }
});

t.test("what is no request is refused, with the reason, and the connection closes", async (t) => {
  const cases: readonly (readonly [string, number])[] = [
    ["GET /wpad.dat\r\n\r\n", 400],
    ["GET  /wpad.dat HTTP/1.1\r\n\r\n", 400],
    ["GET /wpad.dat HTTP/1.1\r\n\r\n", 400],
    ["GET /wpad.dat HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
    ["GET /wpad.dat HTTP/1.1\r\nHost : a\r\n\r\n", 400],
    ["GET /wpad.dat HTTP/2.0\r\nHost: wpad\r\n\r\n", 505],
    [`GET /${"x".repeat(4_000)} HTTP/1.1\r\n`, 414],
    [`GET / HTTP/1.1\r\nHost: wpad\r\nX: ${"x".repeat(HEAD_BYTES_MAX)}`, 431],
    [`GET / HTTP/1.1\r\nHost: wpad\r\n${"X: y\r\n".repeat(100)}\r\n`, 431],
    ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
  ];
  for (const [text, status] of cases) {
    const bench = new Bench();
    const wire = bench.connect();
    wire.receive(text);
    t.match(wire.sent, `HTTP/1.1 ${status} `, JSON.stringify(text.slice(0, 40)));
    t.ok(wire.ended);
    t.equal(bench.server.turnedAway.refused, 1);
    bench.pass(LINGER_MS);
    t.ok(wire.closed);
  }
});

t.test("heads that do not end and connections that ask nothing are closed", async (t) => {
  const bench = new Bench();
  const [slow, idle, asking] = [bench.connect(), bench.connect(), bench.connect()];
  bench.pass(1_000);
  slow.receive("GET /wpad.dat HTTP/1.1\r\n");
  bench.pass(HEAD_TIMEOUT_MS - 1);
  slow.receive("Host: wpad\r\n");
  t.equal(slow.sent, "", "a byte now and then is not a head");
  bench.pass(1);
  t.match(slow.sent, "HTTP/1.1 408 ");
  asking.receive(REQUEST);
  bench.pass(IDLE_TIMEOUT_MS - HEAD_TIMEOUT_MS);
  t.ok(idle.closed);
  t.notOk(asking.closed);
  t.ok(slow.closed);
  t.equal(bench.server.connections, 1);
});

t.test("a client that closes its direction still gets its answers", async (t) => {
  const bench = new Bench();
  const wire = bench.connect();
  wire.receive(REQUEST);
  wire.receiveEnd();
  t.equal(answers(wire), 1);
  t.ok(wire.ended);
});

t.test("beyond the limit of one client its new connections are reset, and others are served", async (t) => {
  const bench = new Bench({ connectionsMax: 100, connectionsPerClientMax: 3 });
  const crowd = Array.from({ length: 5 }, () => bench.connect("192.0.2.66"));
  t.strictSame(
    crowd.map(({ wasReset }) => wasReset),
    [false, false, false, true, true],
  );
  const other = bench.connect("192.0.2.7");
  other.receive(REQUEST);
  t.equal(answers(other), 1);
  crowd[0]?.destroy();
  t.notOk(bench.connect("192.0.2.66").wasReset, "a place that is free again");
});

t.test("when there is no place, the connection that was answered longest ago makes room", async (t) => {
  const bench = new Bench({ connectionsMax: 3, connectionsPerClientMax: 3 });
  const [first, second, third] = ["1", "2", "3"].map((last) => bench.connect(`192.0.2.${last}`)) as [
    FakeWire,
    FakeWire,
    FakeWire,
  ];
  first.receive(REQUEST);
  const fourth = bench.connect("192.0.2.4");
  t.strictSame(
    [first, second, third].map(({ wasReset }) => wasReset),
    [false, true, false],
  );
  fourth.receive(REQUEST);
  t.equal(answers(fourth), 1);
  t.strictSame([bench.server.connections, bench.server.turnedAway.dropped], [3, 1]);
});
