import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import t, { type Test } from "tap";
import type { Outcome } from "#base/outcome.ts";
import { compileEgress } from "#policy/egress.ts";
import { type ConnectorOptions, createConnector, createConnectors } from "#socket/connect.ts";
import type { Attempt } from "#socket/tcp-attempt.ts";
import type { TcpWire } from "#socket/tcp-wire.ts";
import { makeCa } from "#test/support/certificates.ts";
import { until } from "#test/support/until.ts";
import type { Addresses, TransportFailure } from "#transport/resolve.ts";
import type { Wire } from "#transport/wire.ts";
import { CONNECTOR_OPTIONS, Recorder } from "./wire-kinds.ts";

type WireOutcome = Outcome<Wire, TransportFailure>;

const resolvingTo = (...addresses: string[]): ConnectorOptions => ({
  ...CONNECTOR_OPTIONS,
  resolve: (_host, done) => done({ ok: true, value: addresses }),
});

async function serve(t: Test, server: Server, address = "127.0.0.1"): Promise<number> {
  t.teardown(() => server.close());
  return new Promise((resolve) =>
    server.listen(0, address, () => resolve((server.address() as { port: number }).port)),
  );
}

/** Connects, and takes the wire if there is one. */
function connectTo(
  t: Test,
  options: ConnectorOptions,
  to: { host?: string; port: number; tls?: string },
): Promise<WireOutcome> {
  return new Promise((resolve) =>
    createConnector(options)(
      { host: to.host ?? "server.test", port: to.port },
      { tlsServerName: to.tls ?? null },
      (outcome) => {
        if (outcome.ok) {
          outcome.value.handler = new Recorder();
          t.teardown(() => outcome.value.destroy());
        }
        resolve(outcome);
      },
    ),
  );
}

const close = (socket: Socket): void => {
  socket.on("error", () => {});
  socket.destroy();
};

t.test("connects to the resolved address and counts the connection", async (t) => {
  const port = await serve(t, createServer(close));
  const counts = { open: 0, closed: 0 };
  const outcome = await connectTo(
    t,
    { ...resolvingTo("127.0.0.1"), onOpen: () => (counts.open += 1), onClose: () => (counts.closed += 1) },
    { port },
  );
  if (!outcome.ok) throw new Error(outcome.error.detail);
  t.equal(outcome.value.remotePort, port);
  t.strictSame(counts, { open: 1, closed: 0 });
  outcome.value.destroy();
  await until(() => (counts.closed === 1 ? true : undefined), 5_000);
  t.equal(counts.open, 1, "once");
});

t.test("the egress policy sees every resolved address, and only the allowed are tried", async (t) => {
  const port = await serve(t, createServer(close), "127.0.0.2");
  const { check } = compileEgress(
    { allow: [{ network: "127.0.0.2" }], refuse: [] },
    { addresses: [], listening: [] },
  );
  const tried: string[] = [];
  const refusing = (...addresses: string[]): ConnectorOptions => ({
    ...resolvingTo(...addresses),
    checkAddress: (address, at) => {
      tried.push(address);
      return check(address, at);
    },
  });
  const some = await connectTo(t, refusing("127.0.0.1", "127.0.0.2", "10.0.0.1"), { port });
  t.ok(some.ok);
  if (some.ok) t.equal(some.value.remoteAddress, "127.0.0.2");
  t.strictSame(tried, ["127.0.0.1", "127.0.0.2", "10.0.0.1"]);
  const none = await connectTo(t, refusing("127.0.0.1", "10.0.0.1"), { port });
  t.match(none, {
    ok: false,
    error: { reason: "egress-refused", detail: /127\.0\.0\.1 is loopback.*10\.0\.0\.1 is/ },
  });
});

t.test("done is never called during the call, whatever fails first", async (t) => {
  const failing: ConnectorOptions = {
    ...CONNECTOR_OPTIONS,
    resolve: (_host, done) => done({ ok: false, error: { reason: "dns-not-found", detail: "x" } }),
  };
  const refusing = { ...resolvingTo("127.0.0.1"), checkAddress: () => ({ allowed: false, why: "no" }) };
  for (const [options, reason] of [
    [failing, "dns-not-found"],
    [refusing, "egress-refused"],
    [resolvingTo(), "dns-not-found"],
  ] as const) {
    let isReturned = false;
    const outcome = new Promise<WireOutcome>((resolve) => {
      createConnector(options)({ host: "a", port: 1 }, { tlsServerName: null }, (result) => {
        t.ok(isReturned, reason);
        resolve(result);
      });
      isReturned = true;
    });
    t.match(await outcome, { ok: false, error: { reason } });
  }
});

t.test("a refused port says so, and the next address is tried", async (t) => {
  const server = createServer(close);
  const port = await serve(t, server, "127.0.0.2");
  t.ok((await connectTo(t, resolvingTo("127.0.0.1", "127.0.0.2"), { port })).ok);
  const refused = await connectTo(t, resolvingTo("127.0.0.1"), { port });
  t.match(refused, {
    ok: false,
    error: { reason: "connect-refused", detail: `127.0.0.1:${port} ECONNREFUSED` },
  });
});

/** Attempts that go nowhere, except to addresses that are listed. */
function attempting(
  results: Readonly<Record<string, "silent" | "real">>,
  cancelled: string[],
): Attempt<TcpWire> {
  return (target, done) => {
    if (results[target.address] === "silent") return () => cancelled.push(target.address);
    const wire = {
      remoteAddress: target.address,
      remotePort: target.port,
      start: () => {},
      destroy: () => {},
    };
    setImmediate(() => done({ ok: true, value: wire as unknown as TcpWire }));
    return () => {};
  };
}

t.test("a dead address costs the Happy Eyeballs delay and no more", async (t) => {
  const cancelled: string[] = [];
  const attempt = attempting({ "2001:db8::1": "silent" }, cancelled);
  const startedMs = performance.now();
  const options = { ...resolvingTo("2001:db8::1", "192.0.2.1"), happyEyeballsDelayMs: 30, attempt };
  const outcome = await connectTo(t, options, { port: 80 });
  t.ok(outcome.ok);
  if (outcome.ok) t.equal(outcome.value.remoteAddress, "192.0.2.1");
  t.ok(performance.now() - startedMs >= 29);
  t.strictSame(cancelled, ["2001:db8::1"]);
});

t.test("the time limit holds over all addresses", async (t) => {
  const cancelled: string[] = [];
  const attempt = attempting({ a: "silent", "b:c": "silent" }, cancelled);
  const options = { ...resolvingTo("a", "b:c"), happyEyeballsDelayMs: 10, connectTimeoutMs: 50, attempt };
  t.match(await connectTo(t, options, { port: 80 }), {
    ok: false,
    error: { reason: "connect-timeout", detail: "connecting to a:80, [b:c]:80 took more than 50 ms" },
  });
  t.strictSame(cancelled, ["a", "b:c"]);
});

t.test("cancelled at any stage, it says nothing and leaves nothing", async (t) => {
  let answer: (outcome: Outcome<Addresses, TransportFailure>) => void = () => {};
  const cancelled: string[] = [];
  let calls = 0;
  const done = (): void => {
    calls += 1;
  };
  const slow: ConnectorOptions = {
    ...CONNECTOR_OPTIONS,
    resolve: (_host, resolved) => {
      answer = resolved;
    },
    attempt: attempting({ a: "silent" }, cancelled),
  };
  createConnector(slow)({ host: "x", port: 1 }, { tlsServerName: null }, done)();
  answer({ ok: true, value: ["a"] });
  t.strictSame(cancelled, [], "while resolving: nothing was tried");

  const cancel = createConnector(slow)({ host: "x", port: 1 }, { tlsServerName: null }, done);
  answer({ ok: true, value: ["a"] });
  cancel();
  t.strictSame(cancelled, ["a"], "while connecting");

  const ended = Promise.withResolvers<void>();
  const port = await serve(
    t,
    createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => cancelTls());
      socket.once("close", () => ended.resolve());
    }),
  );
  const cancelTls = createConnector(CONNECTOR_OPTIONS)(
    { host: "127.0.0.1", port },
    { tlsServerName: "a" },
    done,
  );
  await ended.promise;
  t.equal(calls, 0, "while in the TLS handshake");
});

t.test("TLS: a trusted name is connected to, others are told apart", async (t) => {
  const ca = makeCa();
  t.teardown(() => ca.remove());
  const tlsServer = (names: readonly string[], days?: number): Promise<number> => {
    const { certificate, key } = ca.makeCertificate(names, days);
    const server = createTlsServer(
      { cert: certificate, key, ALPNProtocols: ["h2", "http/1.1"] },
      (socket) => {
        socket.on("error", () => {});
        socket.end(`${socket.alpnProtocol} ${socket.servername}`);
      },
    );
    return serve(t, server);
  };
  const port = await tlsServer(["good.test", "127.0.0.1"]);
  const trusting = { ...resolvingTo("127.0.0.1"), ca: ca.certificate };

  for (const [name, greeting] of [
    ["good.test", "http/1.1 good.test"],
    ["127.0.0.1", "http/1.1 false"],
  ] as const) {
    const outcome = await connectTo(t, trusting, { port, tls: name });
    if (!outcome.ok) throw new Error(outcome.error.detail);
    const record = outcome.value.handler as Recorder;
    await until(() => record.count("end") || undefined, 5_000);
    t.equal(record.received.toString(), greeting, "server name only for names");
  }
  const certificateFault = { ok: false, error: { reason: "tls-certificate" } };
  t.match(await connectTo(t, trusting, { port, tls: "bad.test" }), certificateFault, "another name");
  t.match(
    await connectTo(t, resolvingTo("127.0.0.1"), { port, tls: "good.test" }),
    certificateFault,
    "unknown authority",
  );
  const expired = await tlsServer(["good.test"], 0);
  t.match(await connectTo(t, trusting, { port: expired, tls: "good.test" }), {
    ok: false,
    error: { reason: "tls-certificate", detail: /CERT_HAS_EXPIRED/ },
  });
});

t.test("TLS: what is no TLS fails, and silence ends with the time limit", async (t) => {
  const plain = await serve(
    t,
    createServer((socket) => {
      socket.on("error", () => {});
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    }),
  );
  t.match(await connectTo(t, resolvingTo("127.0.0.1"), { port: plain, tls: "a.test" }), {
    ok: false,
    error: { reason: "tls-failed" },
  });
  const closing = await serve(t, createServer(close));
  t.match(await connectTo(t, resolvingTo("127.0.0.1"), { port: closing, tls: "a.test" }), {
    ok: false,
    error: { reason: "tls-failed" },
  });
  const silent = await serve(
    t,
    createServer((socket) => socket.on("error", () => {})),
  );
  const options = { ...resolvingTo("127.0.0.1"), connectTimeoutMs: 100 };
  t.match(await connectTo(t, options, { port: silent, tls: "a.test" }), {
    ok: false,
    error: { reason: "connect-timeout", detail: /TLS handshake with a\.test/ },
  });
});

t.test("connects from the address that the settings name", async (t) => {
  const from = Promise.withResolvers<string>();
  const port = await serve(
    t,
    createServer((socket) => {
      from.resolve(socket.remoteAddress ?? "");
      close(socket);
    }),
  );
  t.ok((await connectTo(t, { ...resolvingTo("127.0.0.1"), sourceAddressV4: "127.0.0.9" }, { port })).ok);
  t.equal(await from.promise, "127.0.0.9");
  const foreign = { ...resolvingTo("127.0.0.1"), sourceAddressV4: "198.51.100.1" };
  t.match(await connectTo(t, foreign, { port }), {
    ok: false,
    error: { reason: "connect-failed", detail: /from 198\.51\.100\.1 EADDRNOTAVAIL/ },
  });
});

t.test("a library gets the bare socket, and can start TLS on it later", async (t) => {
  const ca = makeCa();
  t.teardown(() => ca.remove());
  const { certificate, key } = ca.makeCertificate(["good.test"]);
  const server = createTlsServer({ cert: certificate, key }, (socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  const port = await serve(t, server);
  const options = { ...resolvingTo("127.0.0.1"), ca: ca.certificate };
  const socket = await new Promise<Socket>((resolve, reject) =>
    createConnectors(options).connectSocket({ host: "x", port }, null, (outcome) =>
      outcome.ok ? resolve(outcome.value) : reject(new Error(outcome.error.detail)),
    ),
  );
  const secure = await new Promise<Socket>((resolve, reject) =>
    createConnectors(options).startTls(socket, "good.test", (outcome) =>
      outcome.ok ? resolve(outcome.value) : reject(new Error(outcome.error.detail)),
    ),
  );
  t.teardown(() => secure.destroy());
  secure.write("echo");
  const echoed = await new Promise<string>((resolve) =>
    secure.once("data", (bytes) => resolve(bytes.toString())),
  );
  t.equal(echoed, "echo");
});
