import { FieldList } from "#http/field-list.ts";
import type { ResponseHead } from "#http/message-head.ts";
import type { Settings } from "#settings/schema.ts";
import { type FakeExchange, FakeProxy } from "./fake-proxy.ts";
import type { FakeWire } from "./fake-wire.ts";
import { MemoryStore, type MemoryStoreOptions } from "./memory-store.ts";

/** Lets microtasks and immediates that are due run. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A fake proxy with a cache: requests and answers in a line each. */
export class CacheDialogue {
  readonly store: MemoryStore;
  readonly proxy: FakeProxy;
  readonly clients: FakeWire[] = [];

  constructor(change: Partial<Settings["cache"]> = {}, options: MemoryStoreOptions = {}) {
    this.store = new MemoryStore(options);
    this.proxy = new FakeProxy(
      (settings) => ({ ...settings, cache: { ...settings.cache, ...change } }),
      this.store,
    );
  }

  /** A new client asks; lines are field lines. */
  ask(path: string, lines: readonly string[] = [], method = "GET"): FakeWire {
    const wire = this.proxy.client();
    this.clients.push(wire);
    this.send(wire, path, lines, method);
    return wire;
  }

  send(wire: FakeWire, path: string, lines: readonly string[] = [], method = "GET"): void {
    const fields = lines.map((line) => `${line}\r\n`).join("");
    wire.receive(`${method} http://origin.example${path} HTTP/1.1\r\nHost: origin.example\r\n${fields}\r\n`);
  }

  /** The origin answers the exchange that was started last, with a length. */
  answer(status: number, lines: readonly string[], body = "", exchange = this.proxy.exchange): void {
    this.head(status, lines, body.length, exchange);
    if (body !== "") exchange.handler.onBody(Buffer.from(body));
    exchange.handler.onEnd(null);
  }

  head(status: number, lines: readonly string[], bytes: number | null, exchange = this.proxy.exchange): void {
    exchange.handler.onConnection("203.0.113.5:80", null);
    exchange.handler.onHead(responseHead(status, lines, bytes));
  }

  /** Fetches and stores. */
  fill(path: string, lines: readonly string[], body: string, request: readonly string[] = []): void {
    this.ask(path, request);
    this.answer(200, lines, body);
  }

  get exchanges(): readonly FakeExchange[] {
    return this.proxy.exchanges;
  }

  /** What the access log says of the last transaction. */
  get result(): string {
    return this.proxy.record.cacheResult;
  }
}

/** A head of an origin; `bytes` null is a chunked body. */
export function responseHead(status: number, lines: readonly string[], bytes: number | null): ResponseHead {
  const fields = new FieldList();
  for (const line of lines) {
    const colon = line.indexOf(":");
    fields.add(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  if (bytes !== null) fields.add("Content-Length", String(bytes));
  const hasNoBody = status === 304 || status === 204;
  return {
    status,
    reasonPhrase: "Fine",
    minorVersion: 1,
    fields,
    framing: hasNoBody ? { kind: "none" } : bytes === null ? { kind: "chunked" } : { kind: "length", bytes },
    keepAlive: true,
  };
}

/** A field of an answer that was sent, by its name in lower case. */
export function fieldOf(sent: string, name: string): string | undefined {
  const head = sent.slice(0, sent.indexOf("\r\n\r\n"));
  const line = head.split("\r\n").find((one) => one.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim();
}

export const statusOf = (sent: string): number => Number(sent.slice(9, 12));

export const bodyOf = (sent: string): string => sent.slice(sent.indexOf("\r\n\r\n") + 4);
