/** The WPAD server as a process: hostile clients, floods, reloads, and addresses that are not there. */
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import t from "tap";
import { success } from "#base/outcome.ts";
import { ControlServer } from "#control/server.ts";
import { RawClient } from "#test/support/raw-client.ts";
import { RunningWpad } from "#test/support/running-wpad.ts";
import { until } from "#test/support/until.ts";

const FLOOD = 5_000;
/** Of the whole process, with 5,000 clients in the middle of their heads. */
const RESIDENT_BYTES_MAX = 256 * 1024 * 1024;
const LIMIT_MS = 30_000;
const REQUEST = "GET /wpad.dat HTTP/1.1\r\nHost: wpad\r\n\r\n";

const PROXIES = [
  { name: "a", host: "192.0.2.1", unit: "this" },
  { name: "b", host: "192.0.2.2", unit: "peer" },
];

t.setTimeout(180_000);

async function script(port: number, localAddress?: string): Promise<string> {
  await using client = await RawClient.open(port, localAddress);
  client.send(REQUEST);
  const answer = await client.answer();
  t.equal(answer.status, 200);
  return answer.body.toString("latin1");
}

/** Many connections from many loopback addresses, each of which has sent `text`; those that the server keeps. */
async function flood(port: number, count: number, text: string): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  const opened: Promise<void>[] = [];
  for (let number = 0; number < count; number += 1) {
    const localAddress = `127.0.${1 + (number % 100)}.${1 + (Math.floor(number / 100) % 200)}`;
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    socket.on("error", () => {});
    opened.push(
      new Promise((resolve) => {
        socket.once("connect", () => {
          socket.write(text, "latin1");
          resolve();
        });
        socket.once("close", () => resolve());
      }),
    );
    sockets.push(socket);
    if (number % 250 === 249) await Promise.all(opened);
  }
  await Promise.all(opened);
  return sockets;
}

t.test(
  "a flood of 5,000 heads that do not end: it answers on, within its memory, and they are closed",
  async (t) => {
    const wpad = await RunningWpad.start(t, { proxies: PROXIES, connectionsMax: 4_000 });
    const before = await script(wpad.port);
    const sockets = await flood(
      wpad.port,
      FLOOD,
      `GET /wpad.dat HTTP/1.1\r\nHost: wpad\r\nX: ${"x".repeat(7_000)}`,
    );
    t.teardown(() => sockets.forEach((socket) => void socket.destroy()));
    t.equal(await script(wpad.port), before, "in the middle of it");
    const status = await wpad.status();
    t.ok(status.connections <= 4_001, `${status.connections} connections`);
    t.ok(status.dropped >= FLOOD - 4_001, `${status.dropped} made room for others`);
    t.ok(status.residentBytes < RESIDENT_BYTES_MAX, `${Math.round(status.residentBytes / 1e6)} MB`);
    await until(async () => ((await wpad.status()).connections === 0 ? true : undefined), LIMIT_MS);
    t.equal(await script(wpad.port), before, "and after it");
  },
);

t.test("5,000 connections from one address cost the others nothing", async (t) => {
  const wpad = await RunningWpad.start(t, { proxies: PROXIES, connectionsPerClientMax: 100 });
  const sockets: Socket[] = [];
  t.teardown(() => sockets.forEach((socket) => void socket.destroy()));
  for (let number = 0; number < FLOOD; number += 1) {
    const socket = connect({ port: wpad.port, host: "127.0.0.1", localAddress: "127.0.0.9" });
    socket.on("error", () => {});
    sockets.push(socket);
    if (number % 500 === 499) await script(wpad.port, "127.0.0.10");
  }
  await until(async () => ((await wpad.status()).dropped >= FLOOD - 100 ? true : undefined), LIMIT_MS);
  t.ok((await wpad.status()).connections <= 101);
  await script(wpad.port, "127.0.0.10");
});

t.test("clients that pipeline and read nothing are held back", async (t) => {
  const wpad = await RunningWpad.start(t, { proxies: PROXIES });
  await using greedy = await RawClient.open(wpad.port);
  greedy.pause();
  const sent = await greedy.sendUntilStalled(Buffer.from(REQUEST.repeat(1_000), "latin1"), 64 * 1024 * 1024);
  t.ok(sent < 64 * 1024 * 1024, `${sent} bytes of requests were taken`);
  const { residentBytes } = await wpad.status();
  t.ok(residentBytes < RESIDENT_BYTES_MAX, `${Math.round(residentBytes / 1e6)} MB`);
  await script(wpad.port);
});

t.test("an address that this machine does not have is listened on all the same", async (t) => {
  const listen = [
    { address: "127.0.0.1", port: 0 },
    { address: "192.0.2.100", port: 8_080 },
    { address: "2001:db8::100", port: 8_080 },
  ];
  const wpad = await RunningWpad.start(t, { proxies: PROXIES, listen });
  t.strictSame((await wpad.status()).listening.slice(1), ["192.0.2.100:8080", "[2001:db8::100]:8080"]);
  await script(wpad.port);
});

t.test("a reload changes scripts and listeners; one with faults changes nothing", async (t) => {
  const wpad = await RunningWpad.start(t, { proxies: PROXIES });
  const { port } = wpad;
  const listen = [
    { address: "127.0.0.1", port: 0 },
    { address: "127.0.0.2", port: 0 },
  ];
  const before = await script(port);
  const status = await wpad.reload({ enabled: true, listen, proxies: PROXIES.slice(0, 1) });
  t.equal(status.listening.length, 2);
  t.equal(wpad.port, port, "the listener that stays was never closed");
  const after = await script(port);
  t.not(after, before);
  t.notMatch(after, "192.0.2.2");
  await wpad.reload({ enabled: true, listen, proxies: [] });
  t.equal(await script(port), after);
});

t.test("what the heartbeat tells decides the order, and a silent heartbeat tells nothing", async (t) => {
  const peer = { health: "well" };
  const warnings: string[] = [];
  const redundancy = {
    enabled: true,
    peerAddress: "127.0.0.77",
    floatingAddresses: [{ address: "127.0.0.100", prefixLength: 8, interface: "lo" }],
  };
  const wpad = await RunningWpad.start(t, { proxies: PROXIES }, { redundancy });
  const parity = await script(wpad.port, "127.0.0.3");
  t.match(parity, "PROXY 192.0.2.2:3128; PROXY 192.0.2.1:3128");
  const heartbeat = await ControlServer.start(join(wpad.folder, "heartbeat.sock"), async () =>
    success({ own: { health: "well" }, peer, warnings, second: null }),
  );
  if (!heartbeat.ok) throw new Error(heartbeat.error);
  t.teardown(() => heartbeat.value[Symbol.asyncDispose]());
  const becomes = (wanted: string) =>
    until(async () => ((await script(wpad.port, "127.0.0.3")).includes(wanted) ? true : undefined), LIMIT_MS);
  peer.health = "maintenance";
  await becomes("PROXY 192.0.2.1:3128; PROXY 192.0.2.2:3128");
  peer.health = "well";
  await becomes("PROXY 192.0.2.2:3128; PROXY 192.0.2.1:3128");
  warnings.push("communication-error");
  await becomes("PROXY 192.0.2.1:3128; PROXY 192.0.2.2:3128");
  t.match(await wpad.status(), { thisUnit: "well", peerUnit: "dead" });
  await heartbeat.value[Symbol.asyncDispose]();
  await becomes("PROXY 192.0.2.2:3128; PROXY 192.0.2.1:3128");
  wpad.child.send({ drain: true });
  await until(async () => ((await wpad.status()).thisUnit === "draining" ? true : undefined), LIMIT_MS);
});

t.test("settings without scripts to serve are told at the start", async (t) => {
  await t.rejects(RunningWpad.start(t, { enabled: false }), { message: /wpadd ended with 1/ });
  await t.rejects(RunningWpad.start(t, { proxies: [] }), { message: /wpadd ended with 2/ });
});
