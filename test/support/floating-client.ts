/**
 * A program for a client of a test network: sends a datagram to the floating address every 5 ms and asks
 * every 5 ms who has it.   node floating-client.ts ADDRESS PORT
 * Any message in: what was seen since the one before comes out.
 */
import { createSocket } from "node:dgram";
import { FloatingAddresses } from "#floating-ip/floating-addresses.ts";

const PROBE_MS = 5;
/** An answer that comes later than this is lost. */
const ANSWER_MS = 200;

const [address = "", port = ""] = process.argv.slice(2);
/** When each was sent, and whether it was answered. */
let sent: { readonly atMs: number; answered: boolean }[] = [];
let sequence = 0;
const bySequence = new Map<number, { readonly atMs: number; answered: boolean }>();

const socket = createSocket("udp4");
socket.on("message", (bytes) => {
  const probe = bySequence.get(bytes.readUInt32BE(0));
  if (probe !== undefined) probe.answered = true;
});
socket.on("error", () => {});

/** Who answered the present question, and the questions that two have answered. */
let answering = new Set<string>();
let twice = 0;
const opened = FloatingAddresses.open({
  addresses: [{ address, interface: "eth0" }],
  gateway: null,
  neighbours: [],
  onLink: () => {},
  onAddresses: () => {},
  onClaim: ({ mac }) => void answering.add(mac),
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
  if (answering.size > 1 && tookMs < 3 * PROBE_MS) twice += 1;
  answering = new Set();
  network.probe();
  const probe = { atMs: performance.now(), answered: false };
  const bytes = Buffer.alloc(4);
  sequence += 1;
  bytes.writeUInt32BE(sequence, 0);
  sent.push(probe);
  bySequence.set(sequence, probe);
  socket.send(bytes, Number(port), address, () => {});
}, PROBE_MS);

/** The longest time without an answer, from the first that was lost to the next that was not. */
function outage(probes: typeof sent): number {
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

process.on("message", () => {
  const probes = sent.filter(({ atMs }) => atMs < performance.now() - ANSWER_MS);
  sent = sent.slice(probes.length);
  const lost = probes.filter(({ answered }) => !answered).length;
  process.send?.({ probes: probes.length, lost, outageMs: Math.round(outage(probes)), lagMs, twice });
  twice = 0;
  lagMs = 0;
});
process.on("disconnect", () => process.exit());
process.send?.({ ready: true });
