/**
 * Slow-header clients: each sends its request head one byte a second and connects again when it is cut.
 * Runs as a worker thread, so that it does not disturb the clock of the bystander that is measured.
 * Messages in: {count} to begin or (0) to close all. Messages out: {open, cut} every 100 ms.
 */
import { createConnection, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

/** Every connection has its turn once a second, an equal share of them in each step. */
const STEPS = 100;
const STEP_MS = 10;
const CONNECTS_PER_STEP_MAX = 2;
const REPORT_EVERY_MS = 100;
const ADDRESSES = 8;

export interface SlowHeadsData {
  readonly port: number;
  readonly authority: string;
}

export interface SlowHeadsReport {
  readonly open: number;
  /** How many the proxy has ended so far. */
  readonly cut: number;
}

interface Slow {
  socket: Socket | null;
  sent: number;
}

class SlowHeads {
  readonly #data: SlowHeadsData;
  readonly #head: string;
  #clients: Slow[] = [];
  #step = 0;
  open = 0;
  cut = 0;

  constructor(data: SlowHeadsData) {
    this.#data = data;
    this.#head = `GET http://${data.authority}/small HTTP/1.1\r\nHost: ${data.authority}\r\nX-Slow: ${"a".repeat(4_000)}`;
  }

  resize(count: number): void {
    for (const client of this.#clients.splice(count)) this.#drop(client);
    while (this.#clients.length < count) this.#clients.push({ socket: null, sent: 0 });
  }

  /** Connects a few of those that are not connected, so that the whole is spread over time. */
  step(): void {
    this.#step = (this.#step + 1) % STEPS;
    let budget = CONNECTS_PER_STEP_MAX;
    for (const [index, client] of this.#clients.entries()) {
      if (client.socket === null && budget > 0) {
        budget -= 1;
        this.#connect(client, index);
      } else if (client.socket !== null && index % STEPS === this.#step) {
        client.socket.write(this.#head[client.sent] ?? "a", "latin1");
        client.sent += 1;
      }
    }
  }

  #connect(client: Slow, index: number): void {
    const socket = createConnection({
      host: "127.0.0.1",
      port: this.#data.port,
      localAddress: `127.0.2.${1 + (index % ADDRESSES)}`,
      noDelay: true,
    });
    client.socket = socket;
    client.sent = 0;
    this.open += 1;
    socket.on("error", () => socket.destroy());
    socket.on("data", () => undefined); // a 408, then the end
    socket.on("close", () => {
      if (client.socket !== socket) return;
      this.cut += 1;
      this.#drop(client);
    });
  }

  #drop(client: Slow): void {
    if (client.socket === null) return;
    const socket = client.socket;
    client.socket = null;
    this.open -= 1;
    socket.destroy();
  }
}

const slow = new SlowHeads(workerData as SlowHeadsData);
parentPort?.on("message", ({ count }: { count: number }) => slow.resize(count));
setInterval(() => slow.step(), STEP_MS);
setInterval(
  () => parentPort?.postMessage({ open: slow.open, cut: slow.cut } satisfies SlowHeadsReport),
  REPORT_EVERY_MS,
);
