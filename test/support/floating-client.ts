/**
 * A program for a client of a test network. Every PROBE_MS it sends a datagram to each floating address, asks who
 * has it, and, told so, fetches a page through the proxy there, each time over a new connection.
 *   node floating-client.ts DEVICE ADDRESS,… ECHO_PORT PROBE_MS ANSWER_MS [PROXY_PORT ORIGIN_ADDRESS]
 * With a proxy it is the origin as well. Any message in: what was seen since the one before comes out.
 */
import { createSocket } from "node:dgram";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { FloatingAddresses } from "#floating-ip/floating-addresses.ts";
import type { Probed, Report } from "./probing-client.ts";

/** Fetches at the same time: more say nothing that these do not. */
const FETCHES_MAX = 400;

const [device = "", addressList = "", echoPort = "", probeMs = "", answerMs = "", ...fetching] =
  process.argv.slice(2);
const [proxyPort, originAddress] = fetching;
const PROBE_MS = Number(probeMs);
/** An answer that comes later than this is lost. A connection that has to ask twice takes a second. */
const ANSWER_MS = { udp: Number(answerMs), http: 500 } as const;
const addresses = addressList.split(",");

interface Probe {
  readonly atMs: number;
  answered: boolean;
}

/** What is asked of one address in one way. */
class Series {
  readonly #send: (probe: Probe) => void;
  readonly #answerMs: number;
  #probes: Probe[] = [];
  #answeredMs = performance.now();

  constructor(answerMs: number, send: (probe: Probe) => void) {
    this.#answerMs = answerMs;
    this.#send = send;
  }

  probe(): void {
    const probe = { atMs: performance.now(), answered: false };
    this.#probes.push(probe);
    this.#send(probe);
  }

  answer(probe: Probe): void {
    const nowMs = performance.now();
    if (nowMs - probe.atMs > this.#answerMs) return;
    probe.answered = true;
    this.#answeredMs = nowMs;
  }

  /** How long there has been no answer. */
  get silentMs(): number {
    return performance.now() - this.#answeredMs;
  }

  /** What has been decided since the last call. */
  take(): Probed {
    const nowMs = performance.now();
    const probes = this.#probes.filter(({ atMs }) => atMs < nowMs - this.#answerMs);
    this.#probes = this.#probes.slice(probes.length);
    const lost = probes.filter(({ answered }) => !answered).length;
    return { probes: probes.length, lost, outageMs: Math.round(outage(probes)) };
  }
}

/** The longest time without an answer, from the first that was lost to the next that was not. */
function outage(probes: readonly Probe[]): number {
  let longestMs = 0;
  let fromMs: number | null = null;
  for (const { atMs, answered } of probes) {
    if (!answered) fromMs ??= atMs;
    else if (fromMs !== null) {
      longestMs = Math.max(longestMs, atMs - fromMs);
      fromMs = null;
    }
  }
  return fromMs === null ? longestMs : Math.max(longestMs, performance.now() - fromMs);
}

function udpSeries(address: string): Series {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  const waiting = new Map<number, Probe>();
  let sequence = 0;
  socket.on("message", (bytes) => {
    const probe = waiting.get(bytes.readUInt32BE(0));
    if (probe !== undefined) series.answer(probe);
  });
  socket.on("error", () => {});
  const series = new Series(ANSWER_MS.udp, (probe) => {
    const bytes = Buffer.alloc(4);
    sequence += 1;
    bytes.writeUInt32BE(sequence, 0);
    waiting.set(sequence, probe);
    waiting.delete(sequence - 1_000);
    socket.send(bytes, Number(echoPort), address, () => {});
  });
  return series;
}

let fetches = 0;

function httpSeries(address: string, origin: string): Series {
  const request = `GET http://${origin}/ HTTP/1.1\r\nHost: ${origin}\r\nConnection: close\r\n\r\n`;
  const series = new Series(ANSWER_MS.http, (probe) => {
    if (fetches >= FETCHES_MAX) return;
    fetches += 1;
    let answer = "";
    const socket = connect(Number(proxyPort), address);
    const timer = setTimeout(() => socket.destroy(), ANSWER_MS.http);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      answer += text;
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      fetches -= 1;
    });
    socket.on("end", () => {
      if (answer.startsWith("HTTP/1.1 200 ") && answer.endsWith(PAGE)) series.answer(probe);
    });
    socket.write(request);
  });
  return series;
}

const PAGE = "a page of the origin\n";

async function startOrigin(address: string): Promise<string> {
  const server = createServer((_, response) => response.end(PAGE));
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return `${address}:${(server.address() as AddressInfo).port}`;
}

const origin = originAddress === undefined ? null : await startOrigin(originAddress);
const series = {
  udp: addresses.map(udpSeries),
  http: origin === null ? [] : addresses.map((address) => httpSeries(address, origin)),
};

/** Who answered the present question for an address, and the questions that two have answered. */
const answering = new Map<string, Set<string>>();
let twice = 0;
const opened = FloatingAddresses.open({
  addresses: addresses.map((address) => ({ address, interface: device })),
  gateway: null,
  neighbours: [],
  onLink: () => {},
  onAddresses: () => {},
  onClaim: ({ address, mac }) => {
    const macs = answering.get(address);
    if (macs === undefined) answering.set(address, new Set([mac]));
    else macs.add(mac);
  },
});
if (!opened.ok) throw new Error(opened.error);
const network = opened.value;

let lastMs = performance.now();
let lagMs = 0;

setInterval(() => {
  const tookMs = performance.now() - lastMs;
  lastMs += tookMs;
  lagMs = Math.max(lagMs, tookMs - PROBE_MS);
  // Within a longer time the address may have moved between two answers.
  if (tookMs < 3 * PROBE_MS) for (const macs of answering.values()) if (macs.size > 1) twice += 1;
  answering.clear();
  network.probe();
  for (const each of [...series.udp, ...series.http]) each.probe();
}, PROBE_MS);

const report = (): Report => ({
  udp: series.udp.map((each) => each.take()),
  http: series.http.map((each) => each.take()),
  lagMs: Math.round(lagMs),
  twice,
});

process.on("message", (message) => {
  if (message === "silence") {
    process.send?.(Math.max(...series.udp.map(({ silentMs }) => silentMs)));
    return;
  }
  process.send?.(report());
  twice = 0;
  lagMs = 0;
});
process.on("disconnect", () => process.exit());
process.send?.({ ready: true });
