/**
 * An ordinary web server for real clients: pages with objects, large bodies, uploads, and answers of
 * every shape. Node's own http server, so that it shares no code with the proxy under test.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { CertificatePair } from "./certificates.ts";

/** A prime, so that no piece of the size of a buffer or a packet fits where another belongs. */
const PATTERN_BYTES = 65_521;
export const PAGE_OBJECTS = 50;

const PATTERN = (() => {
  const bytes = Buffer.alloc(PATTERN_BYTES);
  let state = 2_463_534_242;
  for (let at = 0; at < PATTERN_BYTES; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 0xff;
  }
  return bytes;
})();

/** The test content of that length, piece by piece: every byte is known from its place. */
export function* patternPieces(length: number, start = 0): Generator<Buffer> {
  let at = start;
  while (at < length) {
    const offset = at % PATTERN_BYTES;
    const piece = PATTERN.subarray(offset, Math.min(PATTERN_BYTES, offset + length - at));
    at += piece.length;
    yield piece;
  }
}

/** The SHA-256 of bytes from anywhere, in hex. */
export async function hashOf(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/** What the origin saw of one request. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly version: string;
  /** Lower-case name → value. */
  readonly headers: IncomingMessage["headers"];
  readonly rawHeaders: readonly string[];
  /** Which connection to the origin, counted from 0. */
  readonly connection: number;
  trailers: NodeJS.Dict<string>;
}

export interface PageOrigin extends AsyncDisposable {
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  /** Connections accepted so far. */
  connections(): number;
}

/** Starts it on 127.0.0.1, with TLS when it gets a certificate. */
export async function startPageOrigin(tls?: CertificatePair, host = "127.0.0.1"): Promise<PageOrigin> {
  const seen: SeenRequest[] = [];
  const numbers = new WeakMap<object, number>();
  let connections = 0;
  const listener: RequestListener = (request, response) => {
    const { method = "", url = "", httpVersion: version, headers, rawHeaders } = request;
    const connection = numbers.get(request.socket) ?? -1;
    const record: SeenRequest = { method, url, version, headers, rawHeaders, connection, trailers: {} };
    seen.push(record);
    request.on("end", () => {
      record.trailers = request.trailers;
    });
    answer(request, response).catch(() => response.destroy());
  };
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ key: tls.key, cert: tls.certificate }, listener);
  server.on(tls === undefined ? "connection" : "secureConnection", (socket: object) => {
    numbers.set(socket, connections);
    connections += 1;
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

type Route = (request: IncomingMessage, response: ServerResponse, argument: string) => void | Promise<void>;

/** First segment of the path → what is answered. */
const ROUTES: Readonly<Record<string, Route>> = {
  page: (_request, response) => {
    response.setHeader("Content-Type", "text/html; charset=utf-8").end(page());
  },
  object: (_request, response, number) => {
    const hue = (Number(number) * 360) / PAGE_OBJECTS;
    const square = `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><rect width="48" height="48" rx="8" fill="hsl(${hue} 60% 55%)"/></svg>`;
    response.setHeader("Content-Type", "image/svg+xml").end(square);
  },
  bytes: sendPattern,
  chunked: async (_request, response, length) => {
    await pipeline(Readable.from(patternPieces(Number(length))), response);
  },
  upload: async (request, response) => {
    let bytes = 0;
    const hash = createHash("sha256");
    for await (const piece of request as AsyncIterable<Buffer>) {
      bytes += piece.length;
      hash.update(piece);
    }
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ bytes, sha256: hash.digest("hex") }));
  },
  echo: async (request, response) => {
    await pipeline(request, response);
  },
  status: (_request, response, status) => {
    response.writeHead(Number(status), { ETag: '"one"' }).end();
  },
  hello: (_request, response) => {
    response.setHeader("Content-Type", "text/plain").end("hello\n");
  },
  trailers: (_request, response) => {
    response.writeHead(200, { Trailer: "X-Checksum", "Transfer-Encoding": "chunked" });
    response.write("first ");
    response.write("second");
    response.addTrailers({ "X-Checksum": "42" });
    response.end();
  },
  hints: (_request, response) => {
    response.writeEarlyHints({ link: "</style.css>; rel=preload" }, () => response.end("after the hints"));
  },
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, name = "", argument = ""] = (request.url ?? "").split(/[/?]/);
  const route = ROUTES[name];
  if (route === undefined) {
    response.writeHead(404).end("no such page\n");
    return;
  }
  await route(request, response, argument);
}

/** `/bytes/LENGTH`, with single byte ranges (RFC 9110 section 14). */
async function sendPattern(
  request: IncomingMessage,
  response: ServerResponse,
  length: string,
): Promise<void> {
  const size = Number(length);
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
  const first = Number(range?.[1] ?? 0);
  const last = Number(range?.[2] ?? size - 1);
  response.writeHead(range === null ? 200 : 206, {
    "Content-Type": "application/octet-stream",
    "Content-Length": last - first + 1,
    "Accept-Ranges": "bytes",
    ...(range === null ? {} : { "Content-Range": `bytes ${first}-${last}/${size}` }),
  });
  if (request.method === "HEAD") response.end();
  else await pipeline(Readable.from(patternPieces(last + 1, first)), response);
}

/** A page of PAGE_OBJECTS images that says in its title how many of them were shown. */
function page(): string {
  const images = Array.from(
    { length: PAGE_OBJECTS },
    (_, number) => `<img src="/object/${number}" width="48" height="48" alt="${number}">`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>loading</title>
<style>body{font:14px sans-serif;margin:24px;width:560px}img{margin:4px}</style>
<h1>${PAGE_OBJECTS} objects through the proxy</h1>${images.join("")}
<script>addEventListener("load",()=>{const all=[...document.images];
document.title=all.filter((i)=>i.complete&&i.naturalWidth===48).length+" loaded"})</script></html>`;
}
