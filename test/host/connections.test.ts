import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import t from "tap";
import { readConnections } from "#host/connections.ts";

const MANY = 300;

t.test(
  "listeners and connections are told, more than a page of them, and what is left out is counted",
  async (t) => {
    const server = createServer((socket) => socket.resume().on("error", () => {}));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const clients = await Promise.all(
      Array.from({ length: MANY }, async () => {
        const socket = connect(port, "127.0.0.1");
        await once(socket, "connect");
        return socket;
      }),
    );
    t.teardown(() => {
      for (const client of clients) client.destroy();
      server.close();
    });
    const all = await readConnections(1_000_000);
    const place = `127.0.0.1:${port}`;
    t.equal(all.connections.filter(({ remote }) => remote === place).length, MANY);
    t.match(
      all.connections.filter(({ local, state }) => local === place && state === "listen"),
      [{ protocol: "tcp", remote: "0.0.0.0:0" }],
    );
    const some = await readConnections(10);
    t.equal(some.connections.length, 10);
    const counted = Object.values(some.byState).reduce((sum, count) => sum + count, 0);
    t.equal(counted, 10 + some.leftOut);
    t.ok((some.byState["established"] ?? 0) >= 2 * MANY);
  },
);
