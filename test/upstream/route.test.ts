import t from "tap";
import type { Outcome } from "#base/outcome.ts";
import type { Authority } from "#http/authority.ts";
import { startOriginServer } from "#test/support/origin-server.ts";
import { startTestParent } from "#test/support/test-parent.ts";
import type { OpenedTunnel } from "#transport/connect.ts";
import type { TransportFailure } from "#transport/resolve.ts";
import type { ParentConfig } from "#upstream/parent.ts";
import type { Upstream } from "#upstream/route.ts";
import { requestOf, start } from "./exchange-recorder.ts";
import { newUpstream } from "./exchange-subject.ts";

const CREDENTIALS = { username: "futago", password: "双子:!" };
const BASIC = `Basic ${Buffer.from("futago:双子:!").toString("base64")}`;

const parentAt = (name: string, port: number, words: Partial<ParentConfig> = {}): ParentConfig => ({
  name,
  authority: { host: "127.0.0.1", port },
  secure: false,
  domains: ["*"],
  credentials: null,
  ...words,
});

/** A port where nobody listens. */
async function deadPort(): Promise<number> {
  const server = await startOriginServer();
  await server.close();
  return server.port;
}

const httpTo = (authority: Authority) => ({ scheme: "http", authority }) as const;

const tunnelOf = (upstream: Upstream, authority: Authority) =>
  new Promise<Outcome<OpenedTunnel, TransportFailure>>((resolve) => {
    upstream.openTunnel(authority, (outcome) => {
      if (outcome.ok)
        outcome.value.wire.handler = { onData: () => true, onEnd() {}, onDrain() {}, onClose() {} };
      resolve(outcome);
    });
  });

void t.test("a parent gets absolute-form and its own credentials", async (t) => {
  await using origin = await startOriginServer();
  await using parent = await startTestParent();
  const upstream = newUpstream([parentAt("one", parent.port, { credentials: CREDENTIALS })]);
  t.teardown(() => upstream.close());
  const { seen } = start(upstream.fetch, requestOf(httpTo(origin), "/hello?a=b"));
  await seen.finished();
  t.equal(seen.body, "hello");
  t.equal(seen.parent, "one");
  t.equal(seen.remote, `127.0.0.1:${parent.port}`);
  const head = parent.heads[0] ?? "";
  t.ok(head.startsWith(`GET http://${origin.authority}/hello?a=b HTTP/1.1\r\n`), head);
  t.ok(head.includes(`\r\nProxy-Authorization: ${BASIC}\r\n`), head);
});

void t.test("OPTIONS * goes to a parent with an empty path", async (t) => {
  await using origin = await startOriginServer();
  await using parent = await startTestParent();
  const upstream = newUpstream([parentAt("one", parent.port)]);
  t.teardown(() => upstream.close());
  const { seen } = start(upstream.fetch, requestOf(httpTo(origin), "*", { method: "OPTIONS" }));
  await seen.finished();
  t.ok(parent.heads[0]?.startsWith(`OPTIONS http://${origin.authority} HTTP/1.1\r\n`));
});

void t.test("hosts outside a parent's domains go straight", async (t) => {
  await using origin = await startOriginServer();
  await using parent = await startTestParent();
  const upstream = newUpstream([parentAt("one", parent.port, { domains: [".example.com"] })]);
  t.teardown(() => upstream.close());
  const { seen } = start(upstream.fetch, requestOf(httpTo(origin), "/hello"));
  await seen.finished();
  t.strictSame([seen.parent, seen.body], [null, "hello"]);
  t.strictSame(parent.heads, []);
});

void t.test(
  "the next parent is tried when one cannot be reached, with the body from its start",
  async (t) => {
    await using origin = await startOriginServer();
    await using parent = await startTestParent();
    const upstream = newUpstream([parentAt("dead", await deadPort()), parentAt("live", parent.port)]);
    t.teardown(() => upstream.close());
    const request = requestOf(httpTo(origin), "/echo", {
      method: "POST",
      framing: { kind: "length", bytes: 11 },
    });
    const { exchange, seen } = start(upstream.fetch, request);
    t.equal(exchange.write(Buffer.from("hello ")), false, "held until there is a connection");
    exchange.write(Buffer.from("world"));
    exchange.end(null);
    await seen.finished();
    t.strictSame([seen.parent, seen.body], ["live", "hello world"]);
    t.equal(seen.drains, 1);
    t.equal(upstream.stats.parents[0]?.failures, 1);
  },
);

void t.test("a GET goes to the next parent when one closes without an answer, a POST does not", async (t) => {
  await using origin = await startOriginServer();
  await using mute = await startTestParent();
  mute.answer = "";
  await using parent = await startTestParent();
  const upstream = newUpstream([parentAt("mute", mute.port), parentAt("live", parent.port)]);
  t.teardown(() => upstream.close());
  const get = start(upstream.fetch, requestOf(httpTo(origin), "/hello")).seen;
  const post = start(upstream.fetch, requestOf(httpTo(origin), "/hello", { method: "POST" })).seen;
  await Promise.all([get.finished(), post.finished()]);
  t.strictSame([get.parent, get.body], ["live", "hello"]);
  t.strictSame(post.events, ["connection", "error origin-closed"]);
});

void t.test("a parent is marked as down, left alone, and tried again", async (t) => {
  await using origin = await startOriginServer();
  await using parent = await startTestParent();
  const dead = await deadPort();
  const policy = { failuresToDown: 2, retryAfterMs: 200 };
  const upstream = newUpstream([parentAt("dead", dead), parentAt("live", parent.port)], {}, policy);
  t.teardown(() => upstream.close());
  const states: string[] = [];
  for (let at = 0; at < 4; at += 1) {
    const { seen } = start(upstream.fetch, requestOf(httpTo(origin), "/hello"));
    t.equal((await seen.finished()).parent, "live");
    const health = upstream.stats.parents[0];
    states.push(`${health?.state} ${health?.failures}`);
  }
  t.strictSame(states, ["up 1", "down 2", "down 2", "down 2"]);
  await new Promise((resolve) => setTimeout(resolve, policy.retryAfterMs));
  await start(upstream.fetch, requestOf(httpTo(origin), "/hello")).seen.finished();
  t.equal(upstream.stats.parents[0]?.failures, 3, "one trial");
});

void t.test("when every parent fails the settings decide", async (t) => {
  await using origin = await startOriginServer();
  const dead = parentAt("dead", await deadPort());
  const failing = newUpstream([dead], {}, { whenAllFail: "fail", failuresToDown: 1 });
  const direct = newUpstream([dead], {}, { whenAllFail: "direct" });
  t.teardown(() => {
    failing.close();
    direct.close();
  });
  const first = await start(failing.fetch, requestOf(httpTo(origin), "/hello")).seen.finished();
  t.strictSame(first.events, ["error parent-failed"]);
  t.match(first.detail, /^parent dead: /);
  const second = await start(failing.fetch, requestOf(httpTo(origin), "/hello")).seen.finished();
  t.strictSame([second.reason, second.detail], ["parent-failed", "every parent is down"]);
  const third = await start(direct.fetch, requestOf(httpTo(origin), "/hello")).seen.finished();
  t.strictSame([third.parent, third.body], [null, "hello"]);
});

void t.test("a parent's 407 is our matter, not the client's", async (t) => {
  await using origin = await startOriginServer();
  await using parent = await startTestParent();
  parent.answer = 'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n';
  const upstream = newUpstream([parentAt("one", parent.port)]);
  t.teardown(() => upstream.close());
  const forwarded = await start(upstream.fetch, requestOf(httpTo(origin), "/")).seen.finished();
  t.strictSame(forwarded.events, ["connection", "error parent-failed"]);
  t.match(forwarded.detail, /407/);
  const tunnelled = await tunnelOf(upstream, { host: origin.host, port: origin.port });
  t.match(tunnelled, { ok: false, error: { reason: "parent-failed", detail: /answered 407/ } });
  t.equal(upstream.stats.parents[0]?.failures, 0, "it is reachable all the same");
});

void t.test("a refused address in the target is refused before any parent", async (t) => {
  await using parent = await startTestParent();
  const upstream = newUpstream([parentAt("one", parent.port)]);
  t.teardown(() => upstream.close());
  const target = { host: "10.0.0.1", port: 80 };
  const { exchange, seen } = start(upstream.fetch, requestOf(httpTo(target), "/"));
  t.equal(exchange.write(Buffer.from("x")), true);
  await seen.finished();
  t.equal(seen.reason, "egress-refused");
  t.match(await tunnelOf(upstream, target), { ok: false, error: { reason: "egress-refused" } });
  t.strictSame(parent.heads, []);
});

void t.test("tunnels open straight and through parents", async (t) => {
  await using origin = await startOriginServer();
  await using parent = await startTestParent();
  const target = { host: origin.host, port: origin.port };
  const straight = newUpstream([]);
  const byParent = newUpstream([
    parentAt("dead", await deadPort()),
    parentAt("one", parent.port, { credentials: CREDENTIALS }),
  ]);
  for (const [upstream, name, port] of [
    [straight, null, origin.port],
    [byParent, "one", parent.port],
  ] as const) {
    const opened = await tunnelOf(upstream, target);
    t.ok(opened.ok);
    if (!opened.ok) return;
    const { wire, remote } = opened.value;
    t.strictSame([opened.value.parent, remote, opened.value.first.length], [name, `127.0.0.1:${port}`, 0]);
    const answered = new Promise<string>((resolve) => {
      wire.handler = {
        onData: (bytes) => {
          resolve(bytes.toString("latin1"));
          return true;
        },
        onEnd() {},
        onDrain() {},
        onClose() {},
      };
    });
    wire.resume();
    wire.writeLatin1("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    t.match(await answered, /^HTTP\/1.1 200 OK/);
    wire.destroy();
  }
  t.ok(parent.heads[0]?.startsWith(`CONNECT ${origin.authority} HTTP/1.1\r\nHost: ${origin.authority}\r\n`));
  t.ok(parent.heads[0]?.includes(`Proxy-Authorization: ${BASIC}\r\n`));
});

void t.test("bytes behind a parent's answer come first in the tunnel", async (t) => {
  await using parent = await startTestParent();
  parent.answer = "HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 Connected\r\n\r\nSSH-2.0-x\r\n";
  const upstream = newUpstream([parentAt("one", parent.port)]);
  const opened = await tunnelOf(upstream, { host: "origin.test", port: 22 });
  t.ok(opened.ok);
  if (!opened.ok) return;
  t.equal(opened.value.first.toString(), "SSH-2.0-x\r\n");
  opened.value.wire.destroy();
});

void t.test("what is no answer to CONNECT is a failure of the parent", async (t) => {
  await using parent = await startTestParent();
  const upstream = newUpstream([parentAt("one", parent.port)], { responseTimeoutMs: 200 });
  const target = { host: "origin.test", port: 443 };
  for (const [answer, detail] of [
    ["HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", /answered 403/],
    ["HTTP/1.1 101 Odd\r\n\r\n", /answered 101/],
    ["SSH-2.0-x\r\n\r\n", /malformed/],
    ["HTTP/1.1 102 Processing\r\n\r\n".repeat(65), /too many/],
    ["", /closed before/],
  ] as const) {
    parent.answer = answer;
    const outcome = await tunnelOf(upstream, target);
    t.match(outcome, { ok: false, error: { reason: "parent-failed", detail } });
  }
});

void t.test("a tunnel in the making can be given up", async (t) => {
  await using slow = await startOriginServer();
  const left = Promise.withResolvers<void>();
  slow.on("*", async (call) => {
    await call.closed;
    left.resolve();
  });
  const upstream = newUpstream([parentAt("slow", slow.port)]);
  let called = false;
  const cancel = upstream.openTunnel({ host: "origin.test", port: 443 }, () => {
    called = true;
  });
  while (slow.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  cancel();
  await left.promise;
  t.equal(called, false);
});

void t.test("TLS through a tunnel has its time, and its failures are the origin's", async (t) => {
  await using origin = await startOriginServer();
  await using parent = await startTestParent();
  const upstream = newUpstream([parentAt("one", parent.port)], { connectTimeoutMs: 300 });
  t.teardown(() => upstream.close());
  const to = { scheme: "https", authority: { host: origin.host, port: origin.port } } as const;
  const mute = await start(upstream.fetch, requestOf(to, "/")).seen.finished();
  t.strictSame(mute.events, ["error tls-failed"]);
  t.match(mute.detail, /more than 300 ms/);
  parent.answer = "HTTP/1.1 200 OK\r\n\r\nSSH-2.0-x\r\n";
  const early = await start(upstream.fetch, requestOf(to, "/")).seen.finished();
  t.strictSame(early.events, ["error bad-response"], "nobody speaks before a ClientHello");
  t.equal(upstream.stats.parents[0]?.failures, 0);
  t.equal(upstream.stats.http.connections, 0);
});
