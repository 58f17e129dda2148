/** WebSocket through the running proxy: by CONNECT, as browsers do it, and by Upgrade in absolute form. */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { ClientRequest } from "node:http";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import t, { type Test } from "tap";
import { ProxyAgent, WebSocket as UndiciWebSocket } from "undici";
import { WebSocket } from "ws";
import { makeCa } from "#test/support/certificates.ts";
import { RawClient } from "#test/support/raw-client.ts";
import { type RunningProxy, startProxy } from "#test/support/running-proxy.ts";
import { startWebSocketOrigin } from "#test/support/websocket-origin.ts";
import { connectTo } from "./messages.ts";

const MESSAGES = 64;
const MESSAGE_BYTES = 1_000_000;
/** Messages on their way at once: enough to keep both directions busy. */
const WINDOW = 8;

const ca = makeCa();
const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
resources.defer(() => ca.remove());
let proxy: RunningProxy;

t.before(async () => {
  proxy = resources.use(await startProxy({ workers: 2 }));
});

/** A tunnel's socket, with its answer already read. */
async function tunnelTo(port: number): Promise<Socket> {
  const client = await RawClient.open(proxy.port);
  client.send(connectTo({ authority: `127.0.0.1:${port}` }));
  const { status } = await client.answer("CONNECT");
  if (status !== 200) throw new Error(`CONNECT was answered ${status}`);
  client.socket.removeAllListeners("data");
  return client.socket;
}

/** Sends 64 MB in messages and compares the hash of what comes back. */
async function echo(t: Test, socket: WebSocket): Promise<void> {
  await once(socket, "open");
  const sent = createHash("sha256");
  const received = createHash("sha256");
  let receivedBytes = 0;
  let left = MESSAGES;
  const sendOne = () => {
    if (left === 0) return;
    left -= 1;
    const message = randomBytes(MESSAGE_BYTES);
    sent.update(message);
    socket.send(message);
  };
  socket.on("message", (data: Buffer) => {
    received.update(data);
    receivedBytes += data.length;
    if (receivedBytes === MESSAGES * MESSAGE_BYTES) socket.close(1000, "enough");
    else sendOne();
  });
  for (let started = 0; started < WINDOW; started += 1) sendOne();
  const [code, reason] = (await once(socket, "close")) as [number, Buffer];
  t.equal(code, 1000, "the closing handshake passes too");
  t.equal(reason.toString(), "enough");
  t.equal(receivedBytes, MESSAGES * MESSAGE_BYTES);
  t.equal(received.digest("hex"), sent.digest("hex"));
}

t.test("64 MB are echoed through a tunnel", async (t) => {
  await using origin = await startWebSocketOrigin();
  const tunnel = await tunnelTo(origin.port);
  await echo(t, new WebSocket(`ws://127.0.0.1:${origin.port}/echo`, { createConnection: () => tunnel }));
  const entry = await proxy.logged(({ target }) => target === `127.0.0.1:${origin.port}`);
  t.equal(entry.method, "CONNECT");
  t.ok(entry.requestBytes > MESSAGES * MESSAGE_BYTES);
  t.ok(entry.responseBytes > MESSAGES * MESSAGE_BYTES);
});

t.test("64 MB are echoed through TLS in a tunnel", async (t) => {
  await using origin = await startWebSocketOrigin(ca.makeCertificate(["127.0.0.1"]));
  const tunnel = await tunnelTo(origin.port);
  const secured = connectTls({ socket: tunnel, ca: ca.certificate, host: "127.0.0.1" });
  await echo(t, new WebSocket(`wss://127.0.0.1:${origin.port}/echo`, { createConnection: () => secured }));
});

t.test("64 MB are echoed through Upgrade in absolute form", async (t) => {
  await using origin = await startWebSocketOrigin();
  const url = `http://127.0.0.1:${origin.port}/echo`;
  const socket = new WebSocket(url.replace("http", "ws"), {
    createConnection: () => connectTcp(proxy.port, "127.0.0.1"),
    // What a client of a proxy sends: the target as a whole URL.
    finishRequest: (request: ClientRequest) => {
      request.path = url;
      request.end();
    },
  });
  await echo(t, socket);
  t.match(origin.handshakes[0], { via: /futago/ }, "the proxy took part in the handshake");
  const entry = await proxy.logged(({ target }) => target === url);
  t.equal(entry.method, "GET");
  t.equal(entry.status, 101);
  t.ok(entry.requestBytes > MESSAGES * MESSAGE_BYTES);
  t.ok(entry.responseBytes > MESSAGES * MESSAGE_BYTES);
});

t.test("undici's WebSocket talks through its ProxyAgent", async (t) => {
  await using origin = await startWebSocketOrigin();
  const dispatcher = new ProxyAgent(proxy.url);
  const socket = new UndiciWebSocket(`ws://127.0.0.1:${origin.port}/`, { dispatcher });
  socket.addEventListener("open", () => socket.send("hello"));
  const [event] = (await once(socket, "message")) as [MessageEvent];
  t.equal(event.data, "hello");
  const closed = once(socket, "close");
  socket.close();
  await closed;
  await dispatcher.close();
});
