/**
 * A program for a client of a test network: many connections at once through a proxy.
 *   { open: "download" | "tunnel" | "stalled", count, proxy, origin, bytes, everyMs } in, { opened } out when
 *   all of them have got their first bytes;   { report: true } in, what became of them out;   { close: true } in
 *   { open: "requests", count, … }: so many go on with one short request after the other, each on a connection
 *   of its own, and every second of them on one that is kept
 *   fromPort: the client's ports, from this one on;   closes: the proxy is to close first
 */
import { Agent, get } from "node:http";
import { connect, type Socket } from "node:net";
import { isPattern, patternAt } from "./pattern.ts";

interface Order {
  readonly open?: "download" | "tunnel" | "stalled" | "requests";
  readonly count?: number;
  readonly proxy?: string;
  readonly origin?: string;
  readonly bytes?: number;
  readonly everyMs?: number;
  readonly fromPort?: number;
  readonly closes?: boolean;
  readonly close?: true;
}

/** How a connection stands. */
type Fate = "running" | "complete" | "reset" | "ended-early" | "wrong-bytes";

interface Connection {
  readonly socket: Socket;
  fate: Fate;
  received: number;
  lastMs: number;
  gapMs: number;
  endedAtMs: number;
}

const TUNNEL_CHUNK_BYTES = 100;
const connections: Connection[] = [];

function follow(order: Order, index: number, isReady: () => void): void {
  const { open = "download", proxy = "", origin = "", bytes = 0, everyMs = 20, closes = false } = order;
  const from = order.fromPort === undefined ? {} : { localPort: order.fromPort + index };
  const socket = connect({ host: proxy, port: 3128, ...from });
  const connection: Connection = { socket, fate: "running", received: 0, lastMs: 0, gapMs: 0, endedAtMs: 0 };
  connections.push(connection);
  const target = open === "stalled" ? "stalled" : `${bytes}/${everyMs}`;
  socket.write(
    open === "tunnel"
      ? `CONNECT ${origin}:443 HTTP/1.1\r\nHost: ${origin}:443\r\n\r\n`
      : `GET http://${origin}:8080/${target} HTTP/1.1\r\nHost: ${origin}:8080\r\n${closes ? "Connection: close\r\n" : ""}\r\n`,
  );
  const end = (fate: Fate): void => {
    if (connection.fate !== "running") return;
    connection.fate = fate;
    connection.endedAtMs = Date.now();
    socket.destroy();
  };
  let head: Buffer | null = Buffer.alloc(0);
  let sent = 0;
  socket.on("data", (chunk: Buffer) => {
    let body = chunk;
    if (head !== null) {
      head = Buffer.concat([head, chunk]);
      const at = head.indexOf("\r\n\r\n");
      if (at < 0) return;
      if (!/^HTTP\/1.1 200 /.test(head.toString("latin1"))) end("ended-early");
      body = head.subarray(at + 4);
      head = null;
      if (open === "tunnel") startSending();
    }
    if (body.length === 0) return;
    if (connection.received === 0) isReady();
    else connection.gapMs = Math.max(connection.gapMs, Date.now() - connection.lastMs);
    connection.lastMs = Date.now();
    if (!isPattern(body, connection.received)) end("wrong-bytes");
    connection.received += body.length;
    if (open !== "stalled" && !closes && connection.received === bytes) end("complete");
  });
  const startSending = (): void => {
    const timer = setInterval(() => {
      const length = Math.min(TUNNEL_CHUNK_BYTES, bytes - sent);
      if (length === 0 || connection.fate !== "running") clearInterval(timer);
      else socket.write(patternAt(sent, length));
      sent += length;
    }, everyMs);
  };
  socket.on("end", () => end(closes && connection.received === bytes ? "complete" : "ended-early"));
  socket.on("error", () => end("reset"));
}

const requests = { done: 0, failed: 0, why: "" };
let isAsking = true;

/** One short request after the other. */
function keepAsking(order: Order, isKept: boolean): void {
  const { proxy = "", origin = "" } = order;
  const agent = isKept ? new Agent({ keepAlive: true, maxSockets: 1 }) : new Agent();
  const options = { host: proxy, port: 3128, path: `http://${origin}:8080/100/1`, agent };
  const askOnce = (): void => {
    if (!isAsking) return;
    const request = get(options, (response) => {
      let bytes = Buffer.alloc(0);
      response.on("data", (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
      });
      response.on("error", (error) => fail(error.message));
      response.on("end", () => {
        const isRight = response.statusCode === 200 && bytes.length === 100 && isPattern(bytes, 0);
        if (!isRight) fail(`status ${response.statusCode}, ${bytes.length} bytes`);
        else {
          requests.done += 1;
          setTimeout(askOnce, 2);
        }
      });
    });
    const fail = (why: string): void => {
      requests.failed += 1;
      requests.why = why;
      setTimeout(askOnce, 2);
    };
    request.on("error", (error) => fail(error.message));
  };
  askOnce();
}

function report(): object {
  const fates: Partial<Record<Fate, number>> = {};
  for (const { fate } of connections) fates[fate] = (fates[fate] ?? 0) + 1;
  return {
    fates,
    requests,
    gapMs: Math.max(0, ...connections.map(({ gapMs }) => gapMs)),
    endedAtMs: connections.map(({ endedAtMs }) => endedAtMs).sort((a, b) => a - b),
  };
}

process.on("message", (order: Order) => {
  if (order.open === "requests") {
    for (let index = 0; index < (order.count ?? 1); index += 1) keepAsking(order, index % 2 === 1);
    process.send?.({ opened: true });
  } else if (order.open !== undefined) {
    let waiting = order.count ?? 1;
    for (let index = 0; index < (order.count ?? 1); index += 1)
      follow(order, index, () => {
        waiting -= 1;
        if (waiting === 0) process.send?.({ opened: true });
      });
  } else if (order.close) {
    isAsking = false;
    for (const { socket } of connections.splice(0)) socket.destroy();
    process.send?.({ closed: true });
  } else process.send?.(report());
});
process.on("disconnect", () => process.exit());
process.send?.({ ready: true });
