/** curl through the running proxy: what a person types first has to work. */
import t from "tap";
import { makeCa } from "#test/support/certificates.ts";
import { hashOf, type PageOrigin, patternPieces, startPageOrigin } from "#test/support/page-origin.ts";
import { type RunningProxy, startProxy } from "#test/support/running-proxy.ts";
import { runCurl } from "./run-curl.ts";

const UPLOAD_BYTES = 100_000_000;
const DOWNLOAD_BYTES = 100_000_000;
const PARALLEL = 40;

const ca = makeCa();
const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
resources.defer(() => ca.remove());

let proxy: RunningProxy;
let origin: PageOrigin;
let tlsOrigin: PageOrigin;
let http: string;
let https: string;

t.before(async () => {
  origin = resources.use(await startPageOrigin());
  tlsOrigin = resources.use(await startPageOrigin(ca.makeCertificate(["127.0.0.1"])));
  proxy = resources.use(await startProxy({ upstream: { caFile: ca.certificateFile } }));
  http = `http://127.0.0.1:${origin.port}`;
  https = `https://127.0.0.1:${tlsOrigin.port}`;
});

const through = (...words: string[]) => runCurl(["-x", proxy.url, ...words]);
const lastSeen = (from: PageOrigin) => from.seen.at(-1);

t.test("two URLs use one connection to the proxy", async (t) => {
  const run = await through("-v", `${http}/hello`, `${http}/hello?again`);
  t.equal(run.stdout.toString(), "hello\nhello\n");
  t.match(run.stderr, /Re-using existing connection/);
  const second = await proxy.logged((entry) => entry.target.endsWith("?again"));
  const first = await proxy.logged((entry) => entry.target === `${http}/hello`);
  t.equal(second.clientPort, first.clientPort, "the log shows one client port");
  const seen = origin.seen.slice(-2);
  t.equal(seen[0]?.connection, seen[1]?.connection, "the origin's connection was used again too");
  t.equal(seen[0]?.url, "/hello", "the origin gets its own form of the target");
  t.equal(seen[0]?.headers.host, `127.0.0.1:${origin.port}`);
  t.notOk(seen[0]?.headers["proxy-connection"], "Proxy-Connection is the proxy's own matter");
});

t.test("-p tunnels to an http origin", async (t) => {
  const run = await through("-p", "-v", `${http}/bytes/1000000`);
  t.equal(await hashOf([run.stdout]), await hashOf(patternPieces(1_000_000)));
  t.match(run.stderr, /CONNECT 127\.0\.0\.1/);
  t.notOk(lastSeen(origin)?.headers.via, "nothing is added inside a tunnel");
  const entry = await proxy.logged((line) => line.method === "CONNECT");
  t.ok(entry.responseBytes > 1_000_000, "the tunnel's bytes are in the log");
});

t.test("an https origin is reached by a tunnel, and its certificate is checked by the client", async (t) => {
  const run = await through("--cacert", ca.certificateFile, `${https}/hello`, `${https}/bytes/300000`);
  t.equal(run.stdout.subarray(0, 6).toString(), "hello\n");
  t.equal(await hashOf([run.stdout.subarray(6)]), await hashOf(patternPieces(300_000)));
  // 60: the certificate is not to be trusted, so it is the origin's own that curl was shown.
  await runCurl(["-x", proxy.url, `${https}/hello`], { code: 60 });
});

t.test("a chunked upload of 100 MB arrives whole", async (t) => {
  const words = [
    "-x",
    proxy.url,
    "-H",
    "Transfer-Encoding: chunked",
    "-H",
    "Expect:",
    "-T",
    "-",
    `${http}/upload`,
  ];
  const run = await runCurl(words, { input: patternPieces(UPLOAD_BYTES) });
  const wanted = { bytes: UPLOAD_BYTES, sha256: await hashOf(patternPieces(UPLOAD_BYTES)) };
  t.strictSame(JSON.parse(run.stdout.toString()), wanted);
  t.equal(lastSeen(origin)?.headers["transfer-encoding"], "chunked");
});

t.test("an upload of known length arrives whole, with Expect: 100-continue", async (t) => {
  const body = Buffer.concat([...patternPieces(3_000_000)]);
  const words = [
    "-x",
    proxy.url,
    "-v",
    "-H",
    "Expect: 100-continue",
    "--data-binary",
    "@-",
    `${http}/upload`,
  ];
  const run = await runCurl(words, { input: [body] });
  t.match(run.stderr, /< HTTP\/1\.1 100 Continue/);
  const wanted = { bytes: body.length, sha256: await hashOf([body]) };
  t.strictSame(JSON.parse(run.stdout.toString()), wanted);
  t.equal(lastSeen(origin)?.headers["content-length"], "3000000");
});

t.test("a download of 100 MB arrives whole", async (t) => {
  const known = await through(`${http}/bytes/${DOWNLOAD_BYTES}`);
  t.equal(known.stdout.length, DOWNLOAD_BYTES);
  const wanted = await hashOf(patternPieces(DOWNLOAD_BYTES));
  t.equal(await hashOf([known.stdout]), wanted);
  const chunked = await through(`${http}/chunked/${DOWNLOAD_BYTES}`);
  t.equal(await hashOf([chunked.stdout]), wanted);
});

t.test("a range is answered with 206 and just that part", async (t) => {
  const run = await through("-i", "-r", "70000-70099", `${http}/bytes/200000`);
  const [head = "", ...rest] = run.stdout.toString("latin1").split("\r\n\r\n");
  t.match(head, /^HTTP\/1\.1 206 Partial Content/);
  t.match(head, /content-range: bytes 70000-70099\/200000/i);
  t.equal(rest.join("\r\n\r\n"), Buffer.concat([...patternPieces(70_100, 70_000)]).toString("latin1"));
});

t.test("an HTTP/1.0 client gets every kind of answer whole", async (t) => {
  const known = await through("--http1.0", "-i", `${http}/bytes/100000`);
  const wanted = await hashOf(patternPieces(100_000));
  const head = known.stdout.subarray(0, known.stdout.indexOf("\r\n\r\n") + 4);
  t.equal(await hashOf([known.stdout.subarray(head.length)]), wanted);
  const unknown = await through("--http1.0", "-i", `${http}/chunked/100000`);
  const text = unknown.stdout.toString("latin1");
  const body = unknown.stdout.subarray(text.indexOf("\r\n\r\n") + 4);
  t.notMatch(text.slice(0, text.indexOf("\r\n\r\n")), /transfer-encoding/i, "it knows no chunks");
  t.equal(await hashOf([body]), wanted);
  t.equal(lastSeen(origin)?.version, "1.1", "the proxy speaks its own version to the origin");
});

t.test("--proxy-header and proxy credentials stay with the proxy", async (t) => {
  await through("-p", "--proxy-header", "X-For-The-Proxy: 1", `${http}/hello`);
  t.notOk(lastSeen(origin)?.headers["x-for-the-proxy"], "a field of CONNECT does not reach the origin");
  const named = await runCurl(["-x", `http://user:secret@127.0.0.1:${proxy.port}`, "-v", `${http}/hello`]);
  t.match(named.stderr, /> Proxy-Authorization: Basic/);
  t.notOk(lastSeen(origin)?.headers["proxy-authorization"], "credentials are never forwarded");
  await through("-u", "user:secret", `${http}/hello`);
  t.match(lastSeen(origin)?.headers.authorization, /^Basic /, "those for the origin are");
});

t.test("answers without a body keep the connection in step", async (t) => {
  const format = "%{http_code} %{size_download}\\n";
  const urls = [`${http}/status/204`, `${http}/status/304`, `${http}/hello`];
  const run = await through(
    "-v",
    "-o",
    "/dev/null",
    "-o",
    "/dev/null",
    "-o",
    "/dev/null",
    "-w",
    format,
    ...urls,
  );
  t.equal(run.stdout.toString(), "204 0\n304 0\n200 6\n");
  t.equal((run.stderr.match(/Re-using existing connection/g) ?? []).length, 2);
  const head = await through("-v", "-I", `${http}/bytes/5000`, `${http}/bytes/6000`);
  t.match(head.stdout.toString(), /content-length: 5000[\s\S]*content-length: 6000/i);
  t.match(head.stderr, /Re-using existing connection/);
});

t.test("trailers of a chunked answer pass", async (t) => {
  const run = await through("-v", "--raw", "-H", "TE: trailers", "-H", "Connection: TE", `${http}/trailers`);
  t.match(run.stdout.toString(), /\r\n0\r\nx-checksum: 42\r\n\r\n$/i);
});

t.test("many downloads at once do not mix", async (t) => {
  const folder = t.testdir();
  const words = Array.from({ length: PARALLEL }, (_, number) => {
    const length = 50_000 + number * 1_000;
    return ["-o", `${folder}/${number}`, `${http}/bytes/${length}?${number}`];
  });
  const run = await through(
    "-Z",
    "--parallel-max",
    "20",
    "-w",
    "%{http_code} %{size_download}\\n",
    ...words.flat(),
  );
  const lines = run.stdout.toString().trim().split("\n").sort();
  const wanted = Array.from({ length: PARALLEL }, (_, number) => `200 ${50_000 + number * 1_000}`).sort();
  t.strictSame(lines, wanted);
});

t.test("an absolute https URL that a client sends in the open is fetched over TLS", async (t) => {
  // curl itself never does this, so it is told the target as it goes on the wire (RFC 9112 section 3.2.2).
  const run = await runCurl([
    "--request-target",
    `${https}/hello`,
    "-H",
    `Host: 127.0.0.1:${tlsOrigin.port}`,
    `${proxy.url}/`,
  ]);
  t.equal(run.stdout.toString(), "hello\n");
});
