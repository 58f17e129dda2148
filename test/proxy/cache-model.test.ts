/**
 * Random clients and a random origin, event by event, with seeds: whatever happens in whatever order, a client
 * never gets bytes that the origin did not send for it. The failure's message names the seed.
 */
import t from "tap";
import { Rng } from "#test/fuzz/rng.ts";
import {
  bodyOf,
  CacheDialogue,
  fieldOf,
  responseHead,
  settled,
  statusOf,
} from "#test/support/cache-dialogue.ts";
import type { FakeExchange } from "#test/support/fake-proxy.ts";
import type { FakeWire } from "#test/support/fake-wire.ts";

const SEEDS = 60;
const STEPS = 400;
const PATHS = ["/one", "/two", "/three"] as const;
const POLICIES = [
  "max-age=20",
  "max-age=5, stale-while-revalidate=20",
  "max-age=5, stale-if-error=60",
  "no-cache",
  "max-age=60, must-revalidate",
  "private, max-age=60",
  "no-store",
];

/** What the origin holds for a path; a private body is one client's. */
const contentOf = (path: string, version: number, foo: string, owner: string): string =>
  `<${path} ${version} ${foo} ${owner}>`.repeat(1 + ((version * 7) % 5));

interface Asked {
  readonly wire: FakeWire;
  readonly id: string;
  readonly path: string;
  readonly method: string;
  readonly foo: string;
  readonly ifNoneMatch: string | null;
  /** No older version may be served: it was replaced by a request that had ended before this one began. */
  readonly versionMin: number;
}

interface Answering {
  readonly exchange: FakeExchange;
  rest: string;
  at: "head" | "body";
}

class World {
  readonly rng: Rng;
  readonly cache: CacheDialogue;
  readonly asked: Asked[] = [];
  readonly versions = new Map<string, number>(PATHS.map((path) => [path, 1]));
  readonly versionMin = new Map<string, number>(PATHS.map((path) => [path, 1]));
  readonly answering = new Map<FakeExchange, Answering>();
  #nextId = 1;
  checked = 0;

  constructor(seed: number) {
    this.rng = new Rng(seed, 7);
    const isHot = this.rng.oneIn(2);
    this.cache = new CacheDialogue(
      {
        rangeFillBytesMax: this.rng.pick([0, 40]),
        finishBytesMax: this.rng.pick([0, 50]),
        collapseWaitMs: 3_000,
      },
      { bodiesInMemory: isHot, pieceBytes: 1 + this.rng.below(30) },
    );
  }

  ask(): void {
    const { rng } = this;
    const path = rng.pick(PATHS);
    const version = this.versions.get(path) ?? 1;
    const method = rng.oneIn(12) ? "POST" : rng.oneIn(10) ? "HEAD" : "GET";
    const id = `c${this.#nextId}`;
    this.#nextId += 1;
    const foo = rng.pick(["a", "b"]);
    const lines = [`X-Client: ${id}`, `Foo: ${foo}`];
    const ifNoneMatch = rng.oneIn(6) ? `"${version}${foo}"` : null;
    if (ifNoneMatch !== null) lines.push(`If-None-Match: ${ifNoneMatch}`);
    if (rng.oneIn(4)) lines.push(`Range: bytes=${rng.pick(["0-4", "5-20", "-7", "10-", "0-0,5-9", "900-"])}`);
    if (rng.oneIn(10)) lines.push(`Cache-Control: ${rng.pick(["no-cache", "max-stale=5", "no-store"])}`);
    if (method === "POST") lines.push("Content-Length: 0");
    const wire = this.cache.proxy.client();
    this.asked.push({ wire, id, path, method, foo, ifNoneMatch, versionMin: this.versionMin.get(path) ?? 1 });
    this.cache.send(wire, path, lines, method);
  }

  /** One event at one of the exchanges that are under way. */
  answer(): void {
    for (const exchange of this.cache.exchanges)
      if (!this.answering.has(exchange)) this.answering.set(exchange, { exchange, rest: "", at: "head" });
    const open = [...this.answering.values()].filter(
      ({ exchange }) => !exchange.aborted && !this.#over.has(exchange),
    );
    if (open.length === 0) return;
    const one = this.rng.pick(open);
    if (this.rng.oneIn(25))
      this.#end(one, () =>
        one.exchange.handler.onError(one.at === "head" ? "connect-refused" : "origin-truncated", ""),
      );
    else if (one.at === "head") this.#head(one);
    else this.#body(one);
  }

  readonly #over = new Set<FakeExchange>();

  #end(one: Answering, tell: () => void): void {
    this.#over.add(one.exchange);
    tell();
  }

  #head(one: Answering): void {
    const { rng } = this;
    const { request, handler } = one.exchange;
    const { fields, path, method } = request;
    if (method === "POST") this.versions.set(path, (this.versions.get(path) ?? 1) + 1);
    const version = this.versions.get(path) ?? 1;
    const foo = fields.get("foo") ?? "";
    const policy = rng.pick(POLICIES);
    const isPrivate = policy.startsWith("private") || policy === "no-store";
    const owner = isPrivate ? (fields.get("x-client") ?? "") : "all";
    const etag = `"${version}${foo}${isPrivate ? owner : ""}"`;
    const lines = [`Cache-Control: ${policy}`, `ETag: ${etag}`, "Vary: Foo", `X-Version: ${version}`];
    const whole = contentOf(path, version, foo, owner);
    one.at = "body";
    const tell = (status: number, more: readonly string[], body: string): void => {
      one.rest = method === "HEAD" ? "" : body;
      const head = responseHead(
        status,
        [...lines, ...more],
        rng.oneIn(4) && status === 200 ? null : body.length,
      );
      handler.onConnection("203.0.113.5:80", null);
      if (method === "POST" && status < 400) this.versionMin.set(path, version);
      handler.onHead(method === "HEAD" ? { ...head, framing: { kind: "none" } } : head);
    };
    const range = /^bytes=(\d+)-(\d*)$/.exec(fields.get("range") ?? "");
    const ifRange = fields.get("if-range");
    if (method === "GET" && rng.oneIn(15)) tell(503, [], "busy");
    else if (method === "GET" && fields.get("if-none-match") === etag) tell(304, [], "");
    else if (method === "GET" && range !== null && (ifRange === undefined || ifRange === etag)) {
      const first = Number(range[1]);
      const last = Math.min(range[2] === "" ? whole.length - 1 : Number(range[2]), whole.length - 1);
      if (first >= whole.length) tell(416, [`Content-Range: bytes */${whole.length}`], "");
      else tell(206, [`Content-Range: bytes ${first}-${last}/${whole.length}`], whole.slice(first, last + 1));
    } else tell(200, [], whole);
  }

  #body(one: Answering): void {
    const { handler, resumed } = one.exchange;
    if (one.rest === "") {
      this.#end(one, () => handler.onEnd(null));
      return;
    }
    // What was held is not followed by more until it is released.
    if (this.#heldAt.get(one.exchange) === resumed) return;
    const piece = one.rest.slice(0, 1 + this.rng.below(40));
    one.rest = one.rest.slice(piece.length);
    const taken = handler.onBody(Buffer.from(piece));
    if (taken) this.#heldAt.delete(one.exchange);
    else this.#heldAt.set(one.exchange, resumed);
  }

  readonly #heldAt = new Map<FakeExchange, number>();

  step(): Promise<void> | void {
    const { rng } = this;
    const what = rng.below(20);
    if (what < 5) this.ask();
    else if (what < 15) this.answer();
    else if (what === 15) this.cache.proxy.pass(rng.below(4_000));
    else if (what === 16) rng.pick(this.asked)?.wire.close("ECONNRESET");
    else if (what === 17) {
      const wire = rng.pick(this.asked)?.wire;
      if (wire !== undefined && !wire.closed) wire.stalled = true;
    } else if (what === 18) {
      const wire = rng.pick(this.asked)?.wire;
      if (wire !== undefined && !wire.closed && wire.stalled) wire.drain();
    } else return settled();
  }

  /** What is wrong with any answer that was sent whole; null for nothing. */
  fault(): string | null {
    for (const asked of this.asked) {
      const fault = this.#faultOf(asked);
      if (fault !== null) return `${asked.method} ${asked.path} of ${asked.id}: ${fault}\n${asked.wire.sent}`;
    }
    return null;
  }

  #faultOf(asked: Asked): string | null {
    const { sent } = asked.wire;
    if (!sent.includes("\r\n\r\n")) return null;
    const status = statusOf(sent);
    if (status === 304) return asked.ifNoneMatch === fieldOf(sent, "etag") ? null : "304 for another tag";
    if (status !== 200 && status !== 206) return null;
    this.checked += 1;
    const version = Number(fieldOf(sent, "x-version"));
    if (asked.method !== "POST" && version < asked.versionMin)
      return `version ${version}, not ${asked.versionMin}`;
    const isPrivate = /private|no-store/.test(fieldOf(sent, "cache-control") ?? "");
    const whole = contentOf(asked.path, version, asked.foo, isPrivate ? asked.id : "all");
    const isMade = asked.wire.closed
      ? (one: string, all: string) => all.startsWith(one)
      : (one: string, all: string) => one === all;
    if (asked.method === "HEAD") return null;
    const isChunked = fieldOf(sent, "transfer-encoding") === "chunked";
    const { body, complete } = isChunked ? unchunked(bodyOf(sent)) : { body: bodyOf(sent), complete: null };
    const isComplete = complete ?? body.length === Number(fieldOf(sent, "content-length"));
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(fieldOf(sent, "content-range") ?? "");
    if (status === 206 && range === null) return isComplete ? faultOfParts(body, whole) : null;
    if (range !== null && Number(range[3]) !== whole.length) return "another length of the whole";
    const wanted = range === null ? whole : whole.slice(Number(range[1]), Number(range[2]) + 1);
    if (isComplete) return isMade(body, wanted) && body === wanted ? null : `got ${body}, wanted ${wanted}`;
    return wanted.startsWith(body) ? null : `began with ${body}, wanted ${wanted}`;
  }
}

function unchunked(text: string): { readonly body: string; readonly complete: boolean } {
  let at = 0;
  let body = "";
  for (;;) {
    const end = text.indexOf("\r\n", at);
    if (end === -1) return { body, complete: false };
    const size = Number.parseInt(text.slice(at, end), 16);
    if (size === 0) return { body, complete: true };
    body += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}

function faultOfParts(body: string, whole: string): string | null {
  const parts = [...body.matchAll(/Content-Range: bytes (\d+)-(\d+)\/(\d+)\r\n\r\n([\s\S]*?)\r\n--/g)];
  const isGood = parts.every(
    ([, first, last, length, bytes]) =>
      Number(length) === whole.length && bytes === whole.slice(Number(first), Number(last) + 1),
  );
  return parts.length > 0 && isGood ? null : "a part of a multipart body is wrong";
}

t.test("no client ever gets wrong bytes, or another's", async (t) => {
  const seen = new Set<string>();
  let checked = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const world = new World(seed);
    for (let step = 0; step < STEPS; step += 1) await world.step();
    for (let rest = 0; rest < 200; rest += 1) {
      world.answer();
      if (rest % 20 === 0) await settled();
    }
    await settled();
    const fault = world.fault();
    checked += world.checked;
    for (const { cacheResult } of world.cache.proxy.records) seen.add(cacheResult);
    if (fault !== null) {
      t.fail(`seed ${seed}: ${fault}`);
      return;
    }
  }
  t.ok(checked > 1_000, `${checked} answers were checked`);
  for (const result of [
    "TCP_MISS",
    "TCP_HIT",
    "TCP_MEM_HIT",
    "TCP_IMS_HIT",
    "TCP_CF_HIT",
    "TCP_STALE_HIT",
    "TCP_REFRESH_UNMODIFIED",
    "TCP_REFRESH_MODIFIED",
    "TCP_REFRESH_FAIL_OLD",
  ])
    t.ok(seen.has(result), `${result} was seen`);
});
