/** What the proxy refuses, with which answer, and that nothing behind a refusal is acted upon. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import t from "tap";
import { RawClient } from "#test/support/raw-client.ts";
import { RawOrigin } from "#test/support/raw-origin.ts";
import { type RunningProxy, startProxy } from "#test/support/running-proxy.ts";
import { connectTo, get, ok, post, requestTo } from "./messages.ts";

interface RefusedRequest {
  readonly name: string;
  /** The code in the log, where only one is right. */
  readonly reason?: string;
  /** One character a byte; {origin} stands for the origin's host and port. */
  readonly bytes: string;
}

const REFUSED = JSON.parse(
  readFileSync("test/integration/refused-requests.json", "utf8"),
) as readonly RefusedRequest[];

const ANSWER_LIMIT_MS = 3_000;

const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
let proxy: RunningProxy;

t.before(async () => {
  proxy = resources.use(await startProxy({ unit: { name: "unit-a" } }));
});

t.test("requests that somebody would read differently are answered 400 and a close", async (t) => {
  const clientPorts: number[] = [];
  for (const { name, bytes } of REFUSED) {
    await using origin = await RawOrigin.listen();
    await using client = await RawClient.open(proxy.port);
    clientPorts.push(client.localPort);
    client.send(bytes.replaceAll("{origin}", origin.authority) + get(origin, "/smuggled"));
    const answer = await client.answer("GET", ANSWER_LIMIT_MS).catch((error: Error) => error);
    if (answer instanceof Error) {
      t.fail(`${name}: ${answer.message}`);
      continue;
    }
    t.equal(answer.status, 400, name);
    t.equal(answer.field("connection"), "close", name);
    t.match(answer.field("proxy-status"), /^unit-a\S*; ?error=http_request_error/, name);
    t.equal((await client.closed()).rest.length, 0, `${name}: nothing follows the refusal`);
    for (let number = 0; number < origin.accepted; number += 1) {
      const { rest } = await (await origin.connection(number)).closed();
      t.notMatch(
        rest.toString("latin1"),
        /\r\n0\r\n\r\n|smuggled/,
        `${name}: nothing whole reaches the origin`,
      );
    }
  }
  const log = await proxy.accessLog(REFUSED.length);
  for (const [number, { name, reason }] of REFUSED.entries()) {
    const entry = log[number]; // one worker, one request at a time: the log has their order
    t.equal(entry?.clientPort, clientPorts[number]);
    t.equal(entry?.status, 400, `${name}: in the log`);
    if (reason !== undefined) t.equal(entry?.reason, reason, `${name}: the reason in the log`);
  }
});

t.test("nothing behind a refused request is acted upon", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(`${get(origin, "/good")}BAD\r\n\r\n${get(origin, "/after")}`);
  (await origin.nextRequest()).connection.send(ok("good"));
  t.equal((await client.answer()).body.toString(), "good");
  t.equal((await client.answer()).status, 400);
  t.equal((await client.closed()).rest.length, 0);
  t.equal(origin.accepted, 1);
  t.equal((await origin.connection(0)).unreadBytes, 0);
});

t.test("a long request line is answered 414", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, `/${"a".repeat(17_000)}`));
  t.equal((await client.answer()).status, 414);
  t.equal((await client.closed()).rest.length, 0);
  await using within = await RawClient.open(proxy.port);
  within.send(get(origin, `/${"a".repeat(16_000)}`));
  t.equal((await origin.nextRequest()).path.length, 16_001);
});

t.test("a large head, or one of many fields, is answered 431", async (t) => {
  await using origin = await RawOrigin.listen();
  for (const fields of [
    [`X-Large: ${"a".repeat(70_000)}`],
    Array.from({ length: 101 }, (_, at) => `X-${at}: 1`),
  ]) {
    await using client = await RawClient.open(proxy.port);
    client.send(get(origin, "/", ...fields));
    t.equal((await client.answer()).status, 431);
    t.equal((await client.closed()).rest.length, 0);
  }
  t.equal(origin.accepted, 0);
});

t.test("a slow head is answered 408, an idle connection is closed without a word", async (t) => {
  await using hasty = await startProxy({ limits: { headTimeoutMs: 400, idleTimeoutMs: 1_000 } });
  await using slow = await RawClient.open(hasty.port);
  slow.send("GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127");
  await using idle = await RawClient.open(hasty.port);
  const answer = await slow.answer();
  t.equal(answer.status, 408);
  t.equal(answer.field("connection"), "close");
  t.equal((await slow.closed()).rest.length, 0);
  const end = await idle.closed();
  t.equal(end.how, "fin");
  t.equal(end.rest.length, 0);
});

t.test("a large body is answered 413, whether announced or not", async (t) => {
  await using origin = await RawOrigin.listen();
  await using small = await startProxy({ limits: { requestBodyBytesMax: 1_000 } });
  await using announced = await RawClient.open(small.port);
  announced.send(post(origin, "Content-Length: 1001"));
  t.equal((await announced.answer()).status, 413);
  t.equal(origin.accepted, 0);
  await using chunked = await RawClient.open(small.port);
  chunked.send(`${post(origin, "Transfer-Encoding: chunked")}3e9\r\n${"a".repeat(1_001)}\r\n0\r\n\r\n`);
  t.equal((await chunked.answer()).status, 413);
  t.equal((await chunked.closed()).rest.length, 0);
  await using within = await RawClient.open(small.port);
  within.send(`${post(origin, "Content-Length: 1000", "X-Within: 1")}${"a".repeat(1_000)}`);
  let request = await origin.nextRequest();
  while (request.field("x-within") === undefined) request = await origin.nextRequest();
  t.equal((await request.content()).body.length, 1_000);
});

t.test("a method that is not allowed is answered 405 with those that are", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  for (const method of ["BREW", "get", "TRACE"]) {
    client.send(requestTo(origin, `${method} /`));
    const answer = await client.answer();
    t.equal(answer.status, 405, method);
    t.match(answer.field("allow"), /\bGET\b/);
  }
  t.equal(origin.accepted, 0);
});

t.test("ports, schemes and clients that are not allowed are refused", async (t) => {
  await using origin = await RawOrigin.listen();
  await using strict = await startProxy({
    requests: { ports: [80] },
    clients: { allowedNetworks: ["127.0.0.1"] },
  });
  await using client = await RawClient.open(strict.port);
  client.send(get(origin, "/"));
  const answer = await client.answer();
  t.equal(answer.status, 403);
  t.match(answer.field("proxy-status"), /http_request_denied/);
  await using other = await RawClient.open(strict.port);
  other.send("GET ftp://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  t.equal((await other.answer()).status, 400);
  const stranger = await RawClient.open(strict.port, "127.0.0.2").catch(() => null);
  if (stranger !== null) {
    stranger.send(get(origin, "/"));
    const refused = await stranger.answer().catch(() => null);
    t.ok(refused === null || refused.status === 403, "refused, or closed without a word");
    await stranger.closed();
    await stranger[Symbol.asyncDispose]();
  }
  t.equal(origin.accepted, 0);
});

t.test("an origin that refuses, is unknown, or stays silent is 502 or 504", async (t) => {
  await using quick = await startProxy({ upstream: { responseTimeoutMs: 1_000 } });
  const gone = await RawOrigin.listen();
  const { authority } = gone;
  await gone[Symbol.asyncDispose]();
  await using client = await RawClient.open(quick.port);
  client.send(get({ authority }, "/"));
  const refused = await client.answer();
  t.equal(refused.status, 502);
  t.match(refused.field("proxy-status"), /connection_refused/);
  client.send(get({ authority: "no-such-host.invalid" }, "/"));
  const unknown = await client.answer();
  t.equal(unknown.status, 502);
  t.match(unknown.field("proxy-status"), /dns_error/);
  await using silent = await RawOrigin.listen();
  client.send(get(silent, "/"));
  const late = await client.answer();
  t.equal(late.status, 504);
  t.match(late.field("proxy-status"), /http_response_timeout/);
});

t.test("failures speak Japanese, English or JSON, and repeat nothing unescaped", async (t) => {
  await using client = await RawClient.open(proxy.port);
  const ask = async (...fields: string[]) => {
    client.send(get({ authority: "no-such-host.invalid" }, "/a'b&c=%3Cscript%3E", ...fields));
    const answer = await client.answer();
    t.equal(answer.status, 502);
    return { type: answer.field("content-type"), text: answer.body.toString("utf8"), answer };
  };
  const english = await ask("Accept: text/html", "Accept-Language: en-GB,en;q=0.9");
  t.match(english.type, /^text\/html; ?charset=utf-8/i);
  t.match(english.text, /<html lang="en"/);
  t.notMatch(english.text, /<script>|'b&c/);
  t.equal(english.answer.field("content-language"), "en");
  const japanese = await ask("Accept: text/html", "Accept-Language: ja,en;q=0.5");
  t.match(japanese.text, /<html lang="ja"/);
  t.match(japanese.text, /ホスト名が見つかりません/);
  const json = await ask("Accept: application/json", "Authorization: Basic c2VjcmV0", "Cookie: secret=1");
  t.match(json.type, /json/);
  t.match(JSON.parse(json.text), Object);
  for (const { text } of [english, japanese, json]) t.notMatch(text, /c2VjcmV0|secret=1|\.ts:|at .*\(/);
});

t.test("no request can forge a line of the log", async (t) => {
  await using origin = await RawOrigin.listen();
  const nasty = `a" 200 0 "-" \\" \\n \x85\xa0\x9b31m \xe2\x80\xae`;
  for (const format of ["squid", "combined", "json"] as const) {
    await using other = await startProxy({ accessLog: { format } });
    await using client = await RawClient.open(other.port);
    client.send(get(origin, "/%0a%0d%00'%22", `User-Agent: ${nasty}`, `Referer: http://x/ ${nasty}`));
    (await origin.nextRequest()).connection.send(ok("fine", `Content-Type: ${nasty}`));
    t.equal((await client.answer()).status, 200);
    client.send(connectTo({ authority: 'a\nGET" 200 "b:443' }));
    t.equal((await client.answer()).status, 400);
    await client.closed();
    other.signal("SIGTERM");
    await other.exited;
    const text = await readFile(join(other.stateDir, "log/access.log"), "latin1");
    t.equal(text.trimEnd().split("\n").length, 2, `${format}: one line a transaction`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    t.notMatch(text, /[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]/, `${format}: no control byte`);
    if (format === "combined") t.notMatch(text, /[^\\]a" 200 0 "-"/, "quotes inside a value are escaped");
  }
});

t.test("the unit answers for itself: a status page, 404, OPTIONS *", async (t) => {
  await using client = await RawClient.open(proxy.port);
  client.send("GET / HTTP/1.1\r\nHost: proxy.example\r\n\r\n");
  const page = await client.answer();
  t.equal(page.status, 200);
  t.match(page.field("content-type"), /text\/html/);
  t.match(page.body.toString(), /unit-a/);
  client.send("GET /nowhere HTTP/1.1\r\nHost: proxy.example\r\n\r\n");
  t.equal((await client.answer()).status, 404);
  client.send("HEAD / HTTP/1.1\r\nHost: proxy.example\r\n\r\n");
  t.equal((await client.answer("HEAD")).status, 200);
  client.send("OPTIONS * HTTP/1.1\r\nHost: proxy.example\r\n\r\n");
  const options = await client.answer();
  t.ok(options.status === 200 || options.status === 204);
  t.equal((await client.bytes(0)).length, 0);
});
