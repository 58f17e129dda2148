/**
 * Dialogues, byte by byte, between a raw client, the running proxy and a raw origin: how messages are
 * framed and ordered (RFC 9112), and what of an interim answer passes (RFC 9110 section 15.2).
 */
import t from "tap";
import { RawClient } from "#test/support/raw-client.ts";
import { RawOrigin } from "#test/support/raw-origin.ts";
import { type RunningProxy, startProxy } from "#test/support/running-proxy.ts";
import { get, ok, post } from "./messages.ts";

const PIECE_COUNT = 40;

const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
let proxy: RunningProxy;

t.before(async () => {
  proxy = resources.use(await startProxy());
});

t.test("pipelined requests are answered in their order", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(["/a", "/b", "/c", "/d"].map((path) => get(origin, path)).join(""));
  for (let served = 0; served < 4; served += 1) {
    const request = await origin.nextRequest();
    request.connection.send(ok(`this is ${request.path}`));
  }
  for (const path of ["/a", "/b", "/c", "/d"]) {
    t.equal((await client.answer()).body.toString(), `this is ${path}`);
  }
});

t.test("pipelined requests with bodies stay in step", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  const first = `${post(origin, "Content-Length: 5")}12345`;
  const second = `${post(origin, "Transfer-Encoding: chunked")}3\r\nabc\r\n0\r\n\r\n`;
  client.send(first + second + get(origin, "/last"));
  const one = await origin.nextRequest();
  t.equal((await one.connection.bytes(5)).toString(), "12345");
  one.connection.send(ok("one"));
  const two = await origin.nextRequest();
  t.equal((await two.content()).body.toString(), "abc");
  two.connection.send(ok("two"));
  const three = await origin.nextRequest();
  t.equal(three.line, "GET /last HTTP/1.1");
  three.connection.send(ok("three"));
  for (const body of ["one", "two", "three"]) t.equal((await client.answer()).body.toString(), body);
});

t.test("a request that arrives byte by byte is the same request", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  const text = `${post(origin, "Transfer-Encoding: chunked")}3\r\nabc\r\n0\r\n\r\n`;
  for (const char of text) {
    client.send(char);
    await new Promise(setImmediate);
  }
  const request = await origin.nextRequest();
  t.equal((await request.content()).body.toString(), "abc");
  request.connection.send(ok("fine"));
  t.equal((await client.answer()).body.toString(), "fine");
});

t.test("an empty line before a request is skipped", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(`\r\n${get(origin, "/")}`); // RFC 9112 section 2.2
  (await origin.nextRequest()).connection.send(ok("fine"));
  t.equal((await client.answer()).body.toString(), "fine");
});

t.test("an answer flows while it is still being sent", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/"));
  const { connection } = await origin.nextRequest();
  connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  t.match(await client.through("\r\n\r\n"), /^HTTP\/1\.1 200 OK\r\n/, "the head does not wait for the body");
  for (let piece = 0; piece < PIECE_COUNT; piece += 1) {
    connection.send("5\r\npiece\r\n");
    t.equal(await client.through("piece\r\n"), "5\r\npiece\r\n");
  }
  connection.send("0\r\n\r\n");
  t.equal(await client.through("\r\n\r\n"), "0\r\n\r\n");
});

t.test("a request body flows while it is still being sent", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(post(origin, "Transfer-Encoding: chunked"));
  const { connection } = await origin.nextRequest();
  for (let piece = 0; piece < PIECE_COUNT; piece += 1) {
    client.send("5\r\npiece\r\n");
    t.equal(await connection.through("piece\r\n"), "5\r\npiece\r\n");
  }
  client.send("0\r\n\r\n");
  t.equal(await connection.through("\r\n\r\n"), "0\r\n\r\n");
  connection.send(ok("thanks"));
  t.equal((await client.answer()).body.toString(), "thanks");
});

t.test("103 early hints reach the client before the answer does", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/"));
  const { connection } = await origin.nextRequest();
  connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n");
  const hints = await client.answer();
  t.equal(hints.status, 103);
  t.equal(hints.field("link"), "</a.css>; rel=preload");
  connection.send("HTTP/1.1 103 Early Hints\r\nLink: </b.css>; rel=preload\r\n\r\n");
  t.equal((await client.answer()).field("link"), "</b.css>; rel=preload");
  connection.send(ok("page"));
  const page = await client.answer();
  t.equal(page.status, 200);
  t.equal(page.body.toString(), "page");
});

t.test("an HTTP/1.0 client gets no interim answer", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(`GET http://${origin.authority}/ HTTP/1.0\r\n\r\n`);
  const { connection } = await origin.nextRequest();
  connection.send(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok("page")}`);
  t.equal((await client.answer()).status, 200); // RFC 9110 section 15.2
});

t.test("100 (Continue) is the origin's to say", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(post(origin, "Content-Length: 4", "Expect: 100-continue"));
  const request = await origin.nextRequest();
  t.equal(request.field("expect"), "100-continue");
  t.equal(client.unreadBytes, 0, "the proxy does not answer for it");
  request.connection.send("HTTP/1.1 100 Continue\r\n\r\n");
  t.equal((await client.answer()).status, 100);
  client.send("body");
  t.equal((await request.connection.bytes(4)).toString(), "body");
  request.connection.send(ok("thanks"));
  t.equal((await client.answer()).body.toString(), "thanks");
});

t.test("a client that does not wait for 100 (Continue) is served", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(`${post(origin, "Content-Length: 4", "Expect: 100-continue")}body`);
  const { connection } = await origin.nextRequest();
  t.equal((await connection.bytes(4)).toString(), "body");
  connection.send(ok("thanks"));
  t.equal((await client.answer()).body.toString(), "thanks");
});

t.test("a final answer instead of 100 (Continue) reaches the client at once", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(post(origin, "Content-Length: 4", "Expect: 100-continue"));
  (await origin.nextRequest()).connection.send("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n");
  t.equal((await client.answer()).status, 401);
});

t.test("another expectation is answered 417", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/", "Expect: miracles")); // RFC 9110 section 10.1.1
  t.equal((await client.answer()).status, 417);
  t.equal(origin.accepted, 0);
});

t.test("a chunked answer becomes close-delimited for an HTTP/1.0 client", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(`GET http://${origin.authority}/ HTTP/1.0\r\n\r\n`);
  const request = await origin.nextRequest();
  t.equal(request.field("host"), origin.authority, "Host is made from the target");
  request.connection.send(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n",
  );
  const answer = await client.answer();
  t.equal(answer.field("transfer-encoding"), undefined);
  t.equal(answer.field("content-length"), undefined);
  t.equal(answer.body.toString(), "abcde");
  t.ok(answer.complete, "it ends with an orderly close");
});

t.test("an HTTP/1.0 connection is never kept, though the client asks", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(`GET http://${origin.authority}/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`);
  (await origin.nextRequest()).connection.send(ok("once"));
  t.equal((await client.answer()).body.toString(), "once");
  t.equal((await client.closed()).how, "fin"); // RFC 9112 section 9.3: a proxy does not honour it
});

t.test("an answer that ends with the origin's connection is whole for every client", async (t) => {
  await using origin = await RawOrigin.listen();
  for (const version of ["1.0", "1.1"]) {
    await using client = await RawClient.open(proxy.port);
    client.send(`GET http://${origin.authority}/ HTTP/${version}\r\nHost: ${origin.authority}\r\n\r\n`);
    const { connection } = await origin.nextRequest();
    connection.send("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end");
    connection.finish();
    const answer = await client.answer();
    t.equal(answer.body.toString(), "until the end");
    t.ok(answer.complete);
  }
});

t.test("a client that has sent FIN still gets its answer", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/"));
  client.finish();
  const { connection } = await origin.nextRequest();
  connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
  await client.through("\r\n\r\n");
  connection.send("body");
  t.equal((await client.bytes(4)).toString(), "body");
  t.equal((await client.closed()).how, "fin");
});

t.test("requests that were sent before FIN are all answered", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(`${get(origin, "/1")}${get(origin, "/2")}`);
  client.finish();
  for (const body of ["first", "second"]) (await origin.nextRequest()).connection.send(ok(body));
  t.equal((await client.answer()).body.toString(), "first");
  t.equal((await client.answer()).body.toString(), "second");
  t.equal((await client.closed()).how, "fin");
});

t.test("trailers pass in both directions", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(post(origin, "Transfer-Encoding: chunked", "Trailer: X-Sum", "TE: trailers", "Connection: TE"));
  client.send("3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n");
  const request = await origin.nextRequest();
  const { body, trailers } = await request.content();
  t.equal(body.toString(), "abc");
  t.strictSame(trailers, [["x-sum", "7"]]);
  request.connection.send(
    "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\nX-Sum: 8\r\n\r\n",
  );
  const answer = await client.answer();
  t.equal(answer.body.toString(), "de");
  t.strictSame(answer.trailers, [["x-sum", "8"]]);
});

t.test("an answer without content keeps the connection, whatever its fields say", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/304"));
  (await origin.nextRequest()).connection.send(
    'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 9\r\n\r\n',
  );
  t.equal((await client.answer()).status, 304);
  client.send(get(origin, "/head").replace("GET", "HEAD"));
  (await origin.nextRequest()).connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
  t.equal((await client.answer("HEAD")).field("content-length"), "9");
  client.send(get(origin, "/204"));
  (await origin.nextRequest()).connection.send("HTTP/1.1 204 No Content\r\n\r\n");
  t.equal((await client.answer()).status, 204);
  client.send(get(origin, "/after"));
  (await origin.nextRequest()).connection.send(ok("after"));
  t.equal((await client.answer()).body.toString(), "after");
});

t.test("Connection: close of the client ends the connection after the answer", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/", "Connection: close") + get(origin, "/never"));
  (await origin.nextRequest()).connection.send(ok("last"));
  const answer = await client.answer();
  t.equal(answer.field("connection"), "close");
  t.equal((await client.closed()).rest.length, 0);
  t.equal(origin.accepted, 1);
  t.equal((await origin.connection(0)).unreadBytes, 0, "the request behind it went nowhere");
});
