import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import t, { type Test } from "tap";
import type { Outcome } from "#base/outcome.ts";
import { encodeReport, type Report, type ReportFault } from "#connections/report.ts";
import { type DecodeFault, encodePacket, type Packet } from "#election/packet.ts";
import { HeartbeatPaths, type HeartbeatPathsOptions } from "#peer/heartbeat-paths.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 5_000;
const KEY = Buffer.from("a key that both units have");

const PACKET: Packet = {
  path: 0,
  home: "active",
  pairId: 7,
  unitId: 11,
  nonce: 13,
  sequence: 17,
  roleActive: true,
  state: "active",
  holds: true,
  hears: true,
  asks: false,
  health: "well",
  intervalMs: 100,
  count: 3,
  addressesDigest: 19,
  sentUs: 23,
  echoNonce: 0,
  echoSentUs: 0,
  echoHeldUs: 0,
};

async function socketAt(t: Test, address: string): Promise<Socket> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  t.teardown(() => socket.close());
  socket.bind(0, address);
  await once(socket, "listening");
  return socket;
}

/** Both ends of a path are this process: what is sent to the peer comes back from it. */
async function paths(
  t: Test,
  changes: Partial<HeartbeatPathsOptions> = {},
): Promise<{ paths: HeartbeatPaths; heard: Outcome<Packet, DecodeFault>[]; port: number }> {
  const placeholder = createSocket("udp4");
  placeholder.bind(0);
  await once(placeholder, "listening");
  const { port } = placeholder.address();
  await new Promise<void>((resolve) => placeholder.close(resolve));
  const heard: Outcome<Packet, DecodeFault>[] = [];
  const opened = await HeartbeatPaths.open({
    peerAddresses: ["127.0.0.1"],
    port,
    pairId: PACKET.pairId,
    key: KEY,
    clock: { nowMs: () => 0, wallMs: () => 0 },
    onPacket: (outcome) => heard.push(outcome),
    onReport: () => {},
    ...changes,
  });
  if (!opened.ok) throw new Error(opened.error);
  t.teardown(() => opened.value[Symbol.asyncDispose]());
  return { paths: opened.value, heard, port };
}

t.test("every packet of a burst arrives, with its MAC and in order", async (t) => {
  const { paths: sender, heard } = await paths(t);
  for (let sequence = 0; sequence < 50; sequence += 1) sender.send({ ...PACKET, sequence });
  await until(() => heard.length === 50 || undefined, LIMIT_MS);
  t.strictSame(
    heard.map((outcome) => outcome.ok && outcome.value.sequence),
    Array.from({ length: 50 }, (_, sequence) => sequence),
  );
});

t.test("two paths of two families carry the path's number", async (t) => {
  const { paths: sender, heard } = await paths(t, { peerAddresses: ["127.0.0.1", "::1"] });
  sender.send(PACKET);
  await until(() => heard.length === 2 || undefined, LIMIT_MS);
  t.strictSame(heard.map((outcome) => outcome.ok && outcome.value.path).sort(), [0, 1]);
});

t.test("a datagram from another address is left out and counted, one without a MAC is told", async (t) => {
  const { paths: receiver, heard, port } = await paths(t);
  const stranger = await socketAt(t, "127.0.0.2");
  const peer = await socketAt(t, "127.0.0.1");
  stranger.send("no heartbeat", port, "127.0.0.1");
  await until(() => receiver.status.foreign === 1 || undefined, LIMIT_MS);
  t.strictSame(heard, []);
  peer.send("no heartbeat", port, "127.0.0.1");
  await until(() => heard.length === 1 || undefined, LIMIT_MS);
  t.match(heard[0], { ok: false, error: "bad-length" });
});

t.test("another key is told", async (t) => {
  const { heard, port } = await paths(t);
  const peer = await socketAt(t, "127.0.0.1");
  peer.send(
    encodePacket(PACKET, () => new Uint8Array(32)),
    port,
    "127.0.0.1",
  );
  await until(() => heard.length === 1 || undefined, LIMIT_MS);
  t.match(heard[0], { ok: false, error: "bad-mac" });
});

t.test("more than a unit could mean in one second is not decoded", async (t) => {
  let nowMs = 0;
  const { paths: receiver, heard } = await paths(t, { clock: { nowMs: () => nowMs, wallMs: () => 0 } });
  for (let round = 1; receiver.status.overrun === 0; round += 1) {
    for (let sequence = 0; sequence < 50; sequence += 1) receiver.send({ ...PACKET, sequence });
    await until(() => heard.length + receiver.status.overrun >= round * 50 || undefined, LIMIT_MS);
  }
  t.equal(heard.length, 5_000);
  nowMs = 1_000;
  receiver.send(PACKET);
  await until(() => heard.length === 5_001 || undefined, LIMIT_MS);
});

const REPORT: Report = {
  pairId: PACKET.pairId,
  nonce: 13,
  sequence: 1,
  phase: "serving",
  leftMs: 0,
  connections: 1,
  pages: 1,
  page: 0,
  via: { ipv4: null, ipv6: null },
  keys: ["\u000c8\u0001\u0002\u00c0\u0000\u0002d\u00c0\u0000\u0002\u0007"],
};

t.test("reports come beside the heartbeats, with the same key", async (t) => {
  const reports: Outcome<Report, ReportFault>[] = [];
  const { paths: sender, heard, port } = await paths(t, { onReport: (report) => reports.push(report) });
  sender.report(REPORT);
  await until(() => reports.length === 1 || undefined, LIMIT_MS);
  t.strictSame(reports, [{ ok: true, value: REPORT }]);
  const peer = await socketAt(t, "127.0.0.1");
  peer.send(
    encodeReport(REPORT, () => new Uint8Array(32)),
    port,
    "127.0.0.1",
  );
  await until(() => reports.length === 2 || undefined, LIMIT_MS);
  t.match(reports[1], { ok: false, error: "bad-mac" });
  t.strictSame(heard, []);
});

t.test("a flood of reports keeps no heartbeat out", async (t) => {
  let reports = 0;
  const { paths: receiver, heard } = await paths(t, {
    onReport: () => {
      reports += 1;
    },
  });
  for (let round = 1; receiver.status.overrun === 0; round += 1) {
    for (let sequence = 0; sequence < 50; sequence += 1) receiver.report({ ...REPORT, sequence });
    await until(() => reports + receiver.status.overrun >= round * 50 || undefined, LIMIT_MS);
  }
  t.equal(reports, 7_000);
  receiver.send(PACKET);
  await until(() => heard.length === 1 || undefined, LIMIT_MS);
});

t.test("what cannot be sent is counted, and the queue is bounded", async (t) => {
  const { paths: sender } = await paths(t);
  for (let sequence = 0; sequence < 250; sequence += 1) sender.send({ ...PACKET, sequence });
  t.equal(sender.status.unsent, 50);
});

t.test("a port that is taken is a sentence for the operator", async (t) => {
  const { port } = await paths(t);
  const second = await HeartbeatPaths.open({
    peerAddresses: ["127.0.0.1"],
    port,
    pairId: 7,
    key: null,
    clock: { nowMs: () => 0, wallMs: () => 0 },
    onPacket: () => {},
    onReport: () => {},
  });
  t.match(second, {
    ok: false,
    error: new RegExp(`^cannot use UDP port ${port} for the heartbeat: .*EADDRINUSE`),
  });
});
