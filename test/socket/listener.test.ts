import { once } from "node:events";
import { createConnection } from "node:net";
import t from "tap";
import { type Listener, listen } from "#socket/listener.ts";
import { reservePort } from "#socket/reserve-port.ts";
import type { Wire } from "#transport/wire.ts";
import { Recorder } from "./wire-kinds.ts";

const LOOPBACK = { address: "127.0.0.1", port: 0, reusePort: false } as const;

const take = (wire: Wire): void => {
  wire.handler = new Recorder();
};

async function listenOrFail(options: Parameters<typeof listen>[0], onWire = take): Promise<Listener> {
  const outcome = listen(options, onWire);
  if (!outcome.ok) throw new Error(outcome.error.text);
  return outcome.value;
}

t.test("a connection becomes a wire", async (t) => {
  const accepted = Promise.withResolvers<Wire>();
  const listener = await listenOrFail(LOOPBACK, (wire) => {
    take(wire);
    accepted.resolve(wire);
  });
  const client = createConnection(listener.port, "127.0.0.1");
  const wire = await accepted.promise;
  t.equal(wire.remoteAddress, "127.0.0.1");
  listener.close();
  t.notOk(wire.closed, "closing the listener leaves connections alone");
  const refused = createConnection(listener.port, "127.0.0.1");
  t.match((await once(refused, "error"))[0], { code: "ECONNREFUSED" });
  wire.destroy();
  client.destroy();
  listener.close();
});

t.test("several listen on one port when all of them say so", async (t) => {
  const port = await reservePort("127.0.0.1", 0);
  if (!port.ok) throw new Error(port.error.text);
  const options = { address: "127.0.0.1", port: port.value, reusePort: true };
  const listeners = [await listenOrFail(options), await listenOrFail(options)];
  t.strictSame(
    listeners.map((listener) => listener.port),
    [port.value, port.value],
  );
  for (const listener of listeners) listener.close();
});

t.test("an IPv4 client of a dual-stack listener is known by its IPv4 address", async (t) => {
  const accepted = Promise.withResolvers<Wire>();
  const outcome = listen({ address: "::", port: 0, reusePort: false }, (wire) => {
    take(wire);
    accepted.resolve(wire);
  });
  if (!outcome.ok) {
    t.comment(`no IPv6 here: ${outcome.error.text}`);
    return;
  }
  const client = createConnection(outcome.value.port, "127.0.0.1");
  const wire = await accepted.promise;
  t.equal(wire.remoteAddress, "127.0.0.1");
  wire.destroy();
  client.destroy();
  outcome.value.close();
});

t.test("why it cannot listen, and what to do, is a sentence", async (t) => {
  const taken = await listenOrFail(LOOPBACK);
  const again = listen({ ...LOOPBACK, port: taken.port }, take);
  t.match(again, {
    ok: false,
    error: {
      code: "EADDRINUSE",
      text: /^cannot listen on 127\.0\.0\.1 port \d+: another program .*\(EADDRINUSE\)$/,
    },
  });
  taken.close();
  const foreign = listen({ ...LOOPBACK, address: "198.51.100.1" }, take);
  t.match(foreign, { ok: false, error: { code: "EADDRNOTAVAIL", text: /does not have that address/ } });
  t.match(await reservePort("198.51.100.1", 0), { ok: false, error: { code: "EADDRNOTAVAIL" } });
});
