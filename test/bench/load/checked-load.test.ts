/** The checkers check: each is shown a proxy that does what it must notice. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import t, { type Test } from "tap";
import { until } from "#test/support/until.ts";
import { CheckedConnection } from "./checked-connection.ts";
import { EchoTunnel } from "./echo-tunnel.ts";

const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const LIMIT_MS = 5_000;

async function serve(t: Test, onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket.on("error", () => undefined));
    onSocket(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function connectionTo(t: Test, onSocket: (socket: Socket) => void): Promise<CheckedConnection> {
  const port = await serve(t, onSocket);
  const connection = new CheckedConnection({ port, authority: "origin.test:80" });
  t.teardown(() => connection.close());
  return connection;
}

t.test("an answer in pieces is one answer", async (t) => {
  const connection = await connectionTo(t, (socket) =>
    socket.on("data", () => {
      for (const piece of ANSWER) socket.write(piece);
    }),
  );
  t.match(await connection.request("/"), { ok: true, body: "ok" });
  t.equal(connection.reconnects, 0);
});

t.test("a connection that is closed while idle is opened again", async (t) => {
  const connection = await connectionTo(t, (socket) => socket.on("data", () => socket.end(ANSWER)));
  t.match(await connection.request("/"), { ok: true });
  await until(() => (connection.isOpen ? undefined : true), LIMIT_MS);
  t.match(await connection.request("/"), { ok: true });
  t.equal(connection.reconnects, 1);
});

t.test("a connection that ends with a request under way is a failure", async (t) => {
  const silent = await connectionTo(t, (socket) => socket.on("data", () => socket.end()));
  t.match(await silent.request("/"), { ok: false, why: /ended with a request under way/ });
  const cut = await connectionTo(t, (socket) => socket.on("data", () => socket.end(ANSWER.slice(0, -1))));
  t.match(await cut.request("/"), { ok: false });
});

t.test("another status than 200 is a failure", async (t) => {
  const connection = await connectionTo(t, (socket) =>
    socket.on("data", () => socket.write("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")),
  );
  t.match(await connection.request("/"), { ok: false, why: /503/ });
});

const tunnelTo = async (t: Test, relay: (socket: Socket, bytes: Buffer) => void): Promise<EchoTunnel> => {
  const port = await serve(t, (socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.on("data", (bytes: Buffer) => relay(socket, bytes));
      socket.on("end", () => socket.end());
    });
  });
  return await EchoTunnel.open({ port, authority: "echo.test:7", shift: 3 });
};

t.test("a tunnel that echoes and closes in order has no fault", async (t) => {
  const tunnel = await tunnelTo(t, (socket, bytes) => socket.write(bytes));
  await until(() => (tunnel.bytesEchoed > 0 ? true : undefined), LIMIT_MS);
  t.equal(await tunnel.finish(), null);
});

t.test("a changed byte, an early end and a refusal are faults", async (t) => {
  const changed = await tunnelTo(t, (socket, bytes) => {
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    socket.write(bytes);
  });
  t.match(await changed.finish(), /other bytes/);
  const ended = await tunnelTo(t, (socket) => socket.destroy());
  t.match(await ended.finish(), /ended early|closed early|ECONNRESET/);
  const port = await serve(t, (socket) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n"));
  const refused = await EchoTunnel.open({ port, authority: "echo.test:7", shift: 0 });
  t.match(refused.fault, /403/);
});
