/** The pages: files of the bundle, with the compressed twins that were made when it was built. */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { FastifyInstance } from "fastify";
import { Refusal } from "./refusal.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json; charset=utf-8",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
};

/** suffix of the twin → its name in Accept-Encoding, the best first. */
const TWINS = [
  [".br", "br"],
  [".gz", "gzip"],
] as const;

const INDEX = "index.html";
/** A name with eight or more letters of a hash in it never changes its content. */
const HASHED = /[.-][A-Za-z0-9_]{8,}\.[a-z0-9]+$/;
const YEAR_S = 31_536_000;

interface Page {
  readonly body: Buffer;
  readonly type: string;
  readonly twins: readonly (readonly [encoding: string, body: Buffer])[];
  readonly cacheControl: string;
}

function readPages(folder: string): ReadonlyMap<string, Page> {
  let names: readonly string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    return new Map();
  }
  const present = new Set(names);
  const files = names.filter((name) => TYPES[extname(name)] !== undefined);
  return new Map(
    files.map((name) => [
      name,
      {
        body: readFileSync(join(folder, name)),
        type: TYPES[extname(name)] ?? "",
        twins: TWINS.filter(([suffix]) => present.has(name + suffix)).map(
          ([suffix, encoding]) => [encoding, readFileSync(join(folder, name + suffix))] as const,
        ),
        cacheControl: HASHED.test(name) ? `public, max-age=${YEAR_S}, immutable` : "no-cache",
      },
    ]),
  );
}

/** Serves every file of `folder` as it is at the start; a path without a file type is the page's own. */
export function addPages(app: FastifyInstance, folder: string): void {
  const pages = readPages(folder);
  app.get("/*", (request, reply) => {
    const path = decodeURI(new URL(request.url, "http://console").pathname).slice(1);
    const isApi = path.startsWith("api/");
    const page = pages.get(path) ?? (isApi || extname(path) !== "" ? undefined : pages.get(INDEX));
    if (page === undefined)
      throw new Refusal("not-found", isApi || pages.size > 0 ? undefined : "the pages are not built");
    const accepted = String(request.headers["accept-encoding"] ?? "");
    const [encoding, body] = page.twins.find(([name]) => accepted.includes(name)) ?? [null, page.body];
    if (encoding !== null) void reply.header("content-encoding", encoding);
    return reply
      .header("vary", "Accept-Encoding")
      .header("cache-control", page.cacheControl)
      .type(page.type)
      .send(body);
  });
}
