/** A whole unit over a store that was killed: when its first hit comes, and what all its threads take. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { until } from "#test/support/until.ts";
import { memoryOf } from "./memory.ts";
import { futagoCommand, writeFutagoSettings } from "./peers.ts";
import { freePort } from "./workspace.ts";

const MIB = 1024 * 1024;
const CONNECTIONS = 32;
const START_MS_MAX = 10_000;
const RETRY_MS = 5;

export interface StoreUnitOptions {
  /** The state folder; the store is in `cache` there. */
  readonly state: string;
  readonly workers: number;
  readonly memoryBytesMax: number;
  readonly diskBytesMax: number;
  /** The URL of an object, of so many. */
  readonly urlOf: (number: number) => string;
  readonly objects: number;
  readonly requests: number;
}

export interface StoreUnitFigures {
  /** From the start of the process to the end of the first hit. */
  readonly firstHitMs: number;
  readonly hits: number;
  readonly requests: number;
  readonly anonymousAtStartBytes: number;
  /** The most that was seen, with all workers. */
  readonly anonymousPeakBytes: number;
}

const requestText = (url: string): string =>
  `GET ${url} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nAccept-Encoding: gzip\r\nCache-Control: only-if-cached\r\n\r\n`;

/** Whether the answer on a kept connection is a hit; rejects when the connection ends. */
function ask(socket: Socket, url: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let text = "";
    const over = (): void => {
      socket.off("data", onData).off("close", onClose);
    };
    const onClose = (): void => {
      over();
      reject(new Error("the connection ended"));
    };
    const onData = (bytes: Buffer): void => {
      text += bytes.toString("latin1");
      const headEnd = text.indexOf("\r\n\r\n");
      const length = /^content-length: (\d+)\r$/im.exec(text)?.[1];
      if (headEnd < 0 || text.length < headEnd + 4 + Number(length ?? 0)) return;
      over();
      resolve(/^cache-status: [^\r]*; *hit/im.test(text));
    };
    socket.on("data", onData).once("close", onClose);
    socket.write(requestText(url), "latin1");
  });
}

/** Connects as soon as somebody listens. */
async function connectTo(port: number, limitMs: number): Promise<Socket> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const socket = createConnection(port, "127.0.0.1");
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
    if (isOpen) return socket.on("error", () => {});
    socket.destroy();
    if (performance.now() > endMs) throw new Error("the unit does not listen");
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** Whether the first answer is a hit. A unit that starts listens for a moment to see whether its port is free. */
async function askFirst(port: number, url: string): Promise<boolean> {
  return until(async () => {
    const socket = await connectTo(port, START_MS_MAX);
    const isHit = await ask(socket, url).catch(() => undefined);
    socket.destroy();
    return isHit;
  }, START_MS_MAX);
}

/** Waits until every worker listens: connections from before would all be the first one's. */
function allListen(port: number, workers: number): Promise<true> {
  const listener = new RegExp(
    `^ *\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, "0")} 0+:0000 0A `,
    "gm",
  );
  const count = (): number => readFileSync("/proc/net/tcp", "utf8").match(listener)?.length ?? 0;
  return until(() => (count() === workers ? true : undefined), START_MS_MAX);
}

async function askMany(options: StoreUnitOptions, port: number, afterEach: () => void): Promise<number> {
  let [next, hits] = [0, 0];
  const lane = async (): Promise<void> => {
    const socket = await connectTo(port, START_MS_MAX);
    while (next < options.requests) {
      next += 1;
      // Each twice and more: what is used again comes into memory.
      const number = ((next % (options.requests >> 1)) * 7919) % options.objects;
      if (await ask(socket, options.urlOf(number))) hits += 1;
      if (next % 1024 === 0) afterEach();
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  return hits;
}

/** Starts the unit that `make` built, asks for stored objects, and ends it. */
export async function measureStoreUnit(options: StoreUnitOptions): Promise<StoreUnitFigures> {
  const { state, workers, memoryBytesMax, diskBytesMax, urlOf, objects, requests } = options;
  const port = await freePort();
  const cache = { enabled: true, memoryBytesMax, diskBytesMax };
  const file = writeFutagoSettings({
    name: "store",
    folder: state,
    port,
    originPort: 80,
    tunnelPort: 443,
    settings: { workers, cache },
  });
  const [program = "", ...args] = futagoCommand(file, join(state));
  const startedMs = performance.now();
  const unit = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  const exited = once(unit, "exit");
  try {
    const isHit = await askFirst(port, urlOf(objects >> 1));
    const firstHitMs = performance.now() - startedMs;
    if (!isHit) throw new Error("the first answer is no hit");
    const pid = unit.pid ?? -1;
    await allListen(port, workers);
    const anonymousAtStartBytes = memoryOf(pid).anonymousBytes;
    let peak = 0;
    const look = (): void => {
      peak = Math.max(peak, memoryOf(pid).anonymousBytes);
    };
    const hits = await askMany(options, port, look);
    look();
    return { firstHitMs, hits, requests, anonymousAtStartBytes, anonymousPeakBytes: peak };
  } finally {
    unit.kill("SIGTERM");
    await exited;
  }
}

export const mib = (bytes: number): string => `${(bytes / MIB).toFixed(0)} MiB`;
