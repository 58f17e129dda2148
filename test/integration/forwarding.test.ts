/**
 * What changes on the way: the fields that belong to a hop, Via, Forwarded, Host; and what becomes of
 * answers that are cut, wrong, or followed by more than they said.
 */
import t from "tap";
import { RawClient } from "#test/support/raw-client.ts";
import { RawOrigin } from "#test/support/raw-origin.ts";
import { type RunningProxy, startProxy } from "#test/support/running-proxy.ts";
import { get, ok, post, requestTo } from "./messages.ts";

const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
let proxy: RunningProxy;

t.before(async () => {
  proxy = resources.use(await startProxy({ unit: { name: "unit-a" } }));
});

/** A port that nobody has just now. */
async function freePort(): Promise<number> {
  await using origin = await RawOrigin.listen();
  return origin.port;
}

const named = (fields: readonly (readonly [string, string])[]) => fields.map(([name]) => name);

t.test("the fields of one hop do not reach the origin", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  const hop = [
    "Keep-Alive: timeout=5",
    "Proxy-Connection: keep-alive",
    "TE: gzip",
    "Proxy-Authorization: Basic eA==",
  ];
  const connection = "Connection: keep-alive, X-Secret , x-other";
  client.send(get(origin, "/", connection, "X-Secret: 1", "X-Other: 2", "X-Kept: 3", ...hop));
  const request = await origin.nextRequest();
  const names = named(request.fields);
  for (const name of ["x-secret", "x-other", "keep-alive", "proxy-connection", "te", "proxy-authorization"]) {
    t.notOk(names.includes(name), name);
  }
  t.equal(request.field("x-kept"), "3");
  t.notMatch(request.field("connection"), /secret|other/i);
  request.connection.send(ok("fine"));
  t.equal((await client.answer()).status, 200);
});

t.test("the fields of one hop do not reach the client", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/"));
  const fields = [
    "Connection: X-Hop",
    "X-Hop: 1",
    "Keep-Alive: timeout=9",
    "X-Kept: 2",
    "Set-Cookie: a=1",
    "Set-Cookie: b=2",
  ];
  (await origin.nextRequest()).connection.send(ok("fine", ...fields));
  const answer = await client.answer();
  t.notOk(named(answer.fields).includes("x-hop"));
  t.notMatch(answer.field("keep-alive"), /9/);
  t.equal(answer.field("x-kept"), "2");
  const cookies = answer.fields.filter(([name]) => name === "set-cookie").map(([, value]) => value);
  t.strictSame(cookies, ["a=1", "b=2"], "lines of one name stay apart and in order");
});

t.test("Connection cannot take away what frames or routes a message", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  const connection = "Connection: Host, Content-Length, Via, Transfer-Encoding";
  client.send(`${post(origin, "Content-Length: 5", connection)}12345`);
  const request = await origin.nextRequest().catch(() => null);
  if (request === null) {
    t.equal((await client.answer()).status, 400, "to refuse it is an answer too");
    return;
  }
  t.equal(request.field("host"), origin.authority);
  t.equal((await request.content()).body.toString(), "12345");
  request.connection.send(ok("fine"));
  t.equal((await client.answer()).status, 200);
});

t.test("Via tells of this unit in both directions, after those who came before", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/", "Via: 1.0 fred", "Via: 1.1 barney"));
  const request = await origin.nextRequest();
  t.match(request.field("via"), /^1\.0 fred, 1\.1 barney, 1\.1 unit-a\S*$/);
  request.connection.send(ok("fine", "Via: 1.1 wilma"));
  t.match((await client.answer()).field("via"), /^1\.1 wilma, 1\.1 unit-a\S*$/);
});

t.test("this unit's own listener is no destination, though loopback is allowed", async (t) => {
  await using client = await RawClient.open(proxy.port);
  client.send(get({ authority: `127.0.0.1:${proxy.port}` }, "/"));
  const answer = await client.answer();
  t.equal(answer.status, 403);
  t.match(answer.field("proxy-status"), /destination_ip_prohibited/);
});

t.test("where settings name it as a destination, a request that comes back is a loop", async (t) => {
  const port = await freePort();
  await using looped = await startProxy({
    listen: [{ address: "127.0.0.1", port }],
    egress: { allow: [{ network: "127.0.0.0/8", ports: [port] }], refuse: [] },
  });
  await using client = await RawClient.open(looped.port);
  client.send(get({ authority: `127.0.0.1:${port}` }, "/round/and/round"));
  const answer = await client.answer();
  t.equal(answer.status, 508);
  t.match(answer.field("proxy-status"), /proxy_loop_detected/);
});

t.test("X-Forwarded-For and Forwarded are left alone unless settings say otherwise", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/", "X-Forwarded-For: 10.1.1.1", "Forwarded: for=10.1.1.1"));
  const request = await origin.nextRequest();
  t.equal(request.field("x-forwarded-for"), "10.1.1.1");
  t.equal(request.field("forwarded"), "for=10.1.1.1");
  client.reset();
});

t.test("X-Forwarded-For and Forwarded gain the client's address, or go, as settings say", async (t) => {
  await using origin = await RawOrigin.listen();
  const lines = ["X-Forwarded-For: 10.1.1.1", "Forwarded: for=10.1.1.1"];
  await using adding = await startProxy({ forwarding: { xForwardedFor: "append", forwarded: "append" } });
  await using client = await RawClient.open(adding.port);
  client.send(get(origin, "/", ...lines));
  const added = await origin.nextRequest();
  t.equal(added.field("x-forwarded-for"), "10.1.1.1, 127.0.0.1");
  t.match(added.field("forwarded"), /^for=10\.1\.1\.1, .*for="?127\.0\.0\.1/);
  await using removing = await startProxy({ forwarding: { xForwardedFor: "delete", forwarded: "delete" } });
  await using other = await RawClient.open(removing.port);
  other.send(get(origin, "/", ...lines));
  const removed = await origin.nextRequest();
  t.equal(removed.field("x-forwarded-for"), undefined);
  t.equal(removed.field("forwarded"), undefined);
});

t.test("Host is written from the target, first, and once", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(`GET http://${origin.authority}/ HTTP/1.1\r\nX-A: 1\r\nHost: elsewhere.example\r\n\r\n`);
  const request = await origin.nextRequest(); // RFC 9112 section 3.2.2
  t.equal(request.field("host"), origin.authority);
  t.equal(request.fields[0]?.[0], "host");
  client.reset();
});

t.test("the target goes on in origin form, its path and query untouched", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  const path = "/a/../b/./c//d;p=1,2?q=%2F%2e%2E&r=(1)'!*$@:&%C3%A9=";
  client.send(get(origin, path) + get(origin, "?only-a-query"));
  const first = await origin.nextRequest();
  t.equal(first.path, path);
  first.connection.send(ok("1"));
  const second = await origin.nextRequest();
  t.equal(second.path, "/?only-a-query", "an empty path becomes / (RFC 9112 section 3.2.1)");
});

t.test("OPTIONS for a whole server goes on as OPTIONS *", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(`OPTIONS http://${origin.authority} HTTP/1.1\r\nHost: ${origin.authority}\r\n\r\n`);
  const request = await origin.nextRequest(); // RFC 9112 section 3.2.4
  t.equal(request.line, "OPTIONS * HTTP/1.1");
  request.connection.send(ok("", "Allow: GET"));
  t.equal((await client.answer()).field("allow"), "GET");
});

t.test("Max-Forwards counts down, and ends here at 0", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(requestTo(origin, "OPTIONS /", "Max-Forwards: 3"));
  const request = await origin.nextRequest(); // RFC 9110 section 7.6.2
  t.equal(request.field("max-forwards"), "2");
  request.connection.send(ok(""));
  await client.answer();
  client.send(requestTo(origin, "OPTIONS /", "Max-Forwards: 0"));
  const { status } = await client.answer();
  t.ok(status === 200 || status === 204);
  t.equal(request.connection.unreadBytes, 0, "the second went no further");
  t.equal(origin.accepted, 1);
});

t.test("an answer that stops early is never whole for the client", async (t) => {
  await using origin = await RawOrigin.listen();
  const cuts = [
    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nonly this",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n0\r\nX-Trail",
  ];
  for (const [number, cut] of cuts.entries()) {
    for (const version of ["1.1", "1.0"]) {
      await using client = await RawClient.open(proxy.port);
      client.send(
        `GET http://${origin.authority}/cut${number} HTTP/${version}\r\nHost: ${origin.authority}\r\n\r\n`,
      );
      const { connection } = await origin.nextRequest();
      connection.send(cut);
      connection.finish();
      const answer = await client.answer();
      t.equal(answer.complete, false, `${JSON.stringify(cut)} to HTTP/${version}`);
      t.ok(answer.status === 502 || "only this".startsWith(answer.body.toString().slice(0, 9)));
    }
  }
  const entry = await proxy.logged(({ target }) => target.endsWith("/cut0"));
  t.equal(entry.reason, "origin-truncated");
});

t.test("an answer that is reset midway is never whole for the client", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/"));
  const { connection } = await origin.nextRequest();
  connection.send("HTTP/1.1 200 OK\r\n\r\nuntil the end, which");
  await client.through("which");
  connection.reset();
  const { how, rest } = await client.closed();
  t.ok(how === "reset" || !rest.toString().includes("0\r\n\r\n"), "no last chunk, no orderly end");
});

t.test("bytes after the end of an answer reach nobody, and their connection is not used again", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/first"));
  (await origin.nextRequest()).connection.send(
    `${ok("okay")}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`,
  );
  t.equal((await client.answer()).body.toString(), "okay");
  client.send(get(origin, "/second"));
  const second = await origin.nextRequest();
  second.connection.send(ok("good"));
  t.equal((await client.answer()).body.toString(), "good");
  t.equal(origin.accepted, 2);
});

t.test("bytes from an idle origin connection answer nothing", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/first"));
  const first = await origin.nextRequest();
  first.connection.send(ok("okay"));
  await client.answer();
  first.connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  await first.connection.closed();
  client.send(get(origin, "/second"));
  (await origin.nextRequest()).connection.send(ok("good"));
  t.equal((await client.answer()).body.toString(), "good");
});

t.test("a request on a kept connection that the origin has just closed is sent again", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/first"));
  (await origin.nextRequest()).connection.send(ok("okay"));
  await client.answer();
  client.send(get(origin, "/second"));
  (await origin.nextRequest()).connection.reset(); // RFC 9112 section 9.3.1: GET is idempotent
  (await origin.nextRequest()).connection.send(ok("good"));
  t.equal((await client.answer()).body.toString(), "good");
});

t.test("a request that may not be repeated is not sent twice", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/first"));
  (await origin.nextRequest()).connection.send(ok("okay"));
  await client.answer();
  client.send(`${post(origin, "Content-Length: 3")}pay`);
  const payment = await origin.nextRequest();
  await payment.content();
  payment.connection.reset();
  t.equal((await client.answer()).status, 502);
  t.equal(origin.accepted, 1);
});

t.test("answers that are not HTTP, or lie about their length, become 502", async (t) => {
  const broken: Readonly<Record<string, string>> = {
    "no status line": "hello\r\n\r\n",
    "a bad version": "HTTP/2.0 200 OK\r\n\r\n",
    "a short status": "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
    "two lengths": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
    "length and chunked":
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a signed length": "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab",
    "an unknown coding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a folded field": "HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\nContent-Length: 0\r\n\r\n",
    "a space before the colon": "HTTP/1.1 200 OK\r\nX-A : 1\r\nContent-Length: 0\r\n\r\n",
    "a NUL": "HTTP/1.1 200 OK\r\nX-A: 1\u00002\r\nContent-Length: 0\r\n\r\n",
    "101 unasked": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
    "nothing at all": "",
  };
  for (const [name, bytes] of Object.entries(broken)) {
    await using origin = await RawOrigin.listen();
    await using client = await RawClient.open(proxy.port);
    client.send(get(origin, "/"));
    const { connection } = await origin.nextRequest();
    connection.send(bytes);
    connection.finish();
    // An origin that closes without a word may be asked once more.
    if (bytes === "")
      origin.nextRequest(2_000).then(
        (again) => again.connection.finish(),
        () => undefined,
      );
    const answer = await client.answer();
    t.equal(answer.status, 502, name);
    t.match(answer.field("proxy-status"), /^unit-a\S*; ?error=\w+/, name);
  }
});

t.test("only a WebSocket upgrade is passed on", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(
    get(
      origin,
      "/",
      "Connection: Upgrade, HTTP2-Settings",
      "Upgrade: h2c",
      "HTTP2-Settings: AAMAAABkAAQAAP__",
    ),
  );
  const plain = await origin.nextRequest();
  t.equal(plain.field("upgrade"), undefined);
  t.equal(plain.field("http2-settings"), undefined);
  plain.connection.send(ok("still HTTP"));
  t.equal((await client.answer()).body.toString(), "still HTTP");
  client.send(get(origin, "/", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAA"));
  const upgrade = await origin.nextRequest();
  t.match(upgrade.field("upgrade"), /^websocket$/i);
  t.match(upgrade.field("connection"), /upgrade/i);
  upgrade.connection.send(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nfirst",
  );
  t.equal((await client.answer()).status, 101);
  t.equal((await client.bytes(5)).toString(), "first");
  client.send(Buffer.from([0, 255, 13, 10]));
  t.strictSame([...(await upgrade.connection.bytes(4))], [0, 255, 13, 10]);
});

t.test("a refused upgrade leaves an ordinary connection", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/", "Connection: Upgrade", "Upgrade: websocket"));
  (await origin.nextRequest()).connection.send("HTTP/1.1 426 No\r\nContent-Length: 0\r\n\r\n");
  t.equal((await client.answer()).status, 426);
  client.send(get(origin, "/next"));
  (await origin.nextRequest()).connection.send(ok("next"));
  t.equal((await client.answer()).body.toString(), "next");
});
