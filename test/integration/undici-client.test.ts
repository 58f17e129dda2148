/** undici's ProxyAgent, in both of its modes: everything tunnelled, and plain http in absolute form. */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import t from "tap";
import { ProxyAgent, request } from "undici";
import { makeCa } from "#test/support/certificates.ts";
import { hashOf, type PageOrigin, patternPieces, startPageOrigin } from "#test/support/page-origin.ts";
import { type RunningProxy, startProxy } from "#test/support/running-proxy.ts";

const CONCURRENT = 200;
const BODY_BYTES = 5_000_000;

const ca = makeCa();
const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
resources.defer(() => ca.remove());
let proxy: RunningProxy;
let origin: PageOrigin;
let tlsOrigin: PageOrigin;

t.before(async () => {
  origin = resources.use(await startPageOrigin());
  tlsOrigin = resources.use(await startPageOrigin(ca.makeCertificate(["127.0.0.1"])));
  proxy = resources.use(await startProxy({ workers: 2 }));
});

interface Mode {
  readonly name: string;
  readonly proxyTunnel: boolean;
  readonly scheme: "http" | "https";
}

const MODES: readonly Mode[] = [
  { name: "http in absolute form", proxyTunnel: false, scheme: "http" },
  { name: "http in a tunnel", proxyTunnel: true, scheme: "http" },
  { name: "https, tunnelled without being told", proxyTunnel: false, scheme: "https" },
  { name: "https in a tunnel", proxyTunnel: true, scheme: "https" },
];

for (const { name, proxyTunnel, scheme } of MODES) {
  t.test(`${name}: bodies both ways, many at once`, async (t) => {
    const server = scheme === "http" ? origin : tlsOrigin;
    const base = `${scheme}://127.0.0.1:${server.port}`;
    const before = server.seen.length;
    const dispatcher = new ProxyAgent({
      uri: proxy.url,
      proxyTunnel,
      requestTls: { ca: ca.certificate },
      connections: 20,
    });
    const get = (path: string) => request(base + path, { dispatcher });

    const download = await get(`/bytes/${BODY_BYTES}`);
    t.equal(download.statusCode, 200);
    t.equal(await hashOf(download.body), await hashOf(patternPieces(BODY_BYTES)));

    const upload = await request(`${base}/upload`, {
      method: "POST",
      body: Readable.from(patternPieces(BODY_BYTES)),
      dispatcher,
    });
    const wanted = { bytes: BODY_BYTES, sha256: await hashOf(patternPieces(BODY_BYTES)) };
    t.strictSame(await upload.body.json(), wanted);

    const echoes = await Promise.all(
      Array.from({ length: CONCURRENT }, async (_, number) => {
        const body = `body ${number} `.repeat(1 + number * 7);
        const { body: answer } = await request(`${base}/echo/${number}`, {
          method: "POST",
          body,
          dispatcher,
        });
        return digest(await answer.text()) === digest(body);
      }),
    );
    t.equal(echoes.filter((same) => same).length, CONCURRENT);

    const trailers = await get("/trailers");
    t.equal(await trailers.body.text(), "first second");
    t.strictSame(trailers.trailers, { "x-checksum": "42" });
    t.equal((await get("/status/204")).statusCode, 204);

    const forwarded = scheme === "http" && !proxyTunnel;
    const withVia = server.seen.slice(before).filter(({ headers }) => headers.via !== undefined);
    t.equal(
      withVia.length,
      forwarded ? server.seen.length - before : 0,
      "Via only where the proxy can add it",
    );
    await dispatcher.close();
    const method = forwarded ? "GET" : "CONNECT";
    const port = `127.0.0.1:${server.port}`;
    await proxy.logged((entry) => entry.method === method && entry.target.includes(port));
  });
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
