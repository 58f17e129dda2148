/** The kinds of wires there are, each with the bare socket at its other end. */
import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Test } from "tap";
import { type ConnectorOptions, createConnector } from "#socket/connect.ts";
import { listen } from "#socket/listener.ts";
import { makeCa } from "#test/support/certificates.ts";
import type { Wire, WireHandler } from "#transport/wire.ts";

export interface WireAndPeer {
  readonly wire: Wire;
  readonly peer: Socket;
  readonly record: Recorder;
}

/** Whether a wire read through 'data' events, through a reusable buffer, or through TLS. */
export type WireKind = "accepted" | "connected" | "tls";

export const WIRE_KINDS: readonly WireKind[] = ["accepted", "connected", "tls"];

/** A handler that writes down what it is told; what it answers to data can be replaced. */
export class Recorder implements WireHandler {
  /** How it ended: "end", "close CODE". */
  readonly events: string[] = [];
  drains = 0;
  readonly chunks: Buffer[] = [];
  answer: (bytes: Buffer) => boolean = () => true;

  get received(): Buffer {
    return Buffer.concat(this.chunks);
  }

  count(event: string): number {
    return this.events.filter((candidate) => candidate === event).length;
  }

  onData(bytes: Buffer): boolean {
    this.chunks.push(Buffer.from(bytes));
    return this.answer(bytes);
  }

  onEnd(): void {
    this.events.push("end");
  }

  onDrain(): void {
    this.drains += 1;
  }

  onClose(code: string | null): void {
    this.events.push(`close ${code}`);
  }
}

export const CONNECTOR_OPTIONS: ConnectorOptions = {
  resolve: (host, done) => done({ ok: true, value: [host === "localhost" ? "127.0.0.1" : host] }),
  checkAddress: () => ({ allowed: true, why: "" }),
  connectTimeoutMs: 5_000,
  happyEyeballsDelayMs: 250,
};

async function acceptedPair(t: Test, record: Recorder): Promise<WireAndPeer> {
  const accepted = Promise.withResolvers<Wire>();
  const outcome = listen({ address: "127.0.0.1", port: 0, reusePort: false }, (wire) => {
    wire.handler = record;
    accepted.resolve(wire);
  });
  if (!outcome.ok) throw new Error(outcome.error.text);
  t.teardown(() => outcome.value.close());
  const { port } = outcome.value;
  const peer = createConnection({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true });
  await once(peer, "connect");
  return { wire: await accepted.promise, peer, record };
}

async function connectedPair(t: Test, record: Recorder, withTls: boolean): Promise<WireAndPeer> {
  const ca = withTls ? makeCa() : null;
  if (ca !== null) t.teardown(() => ca.remove());
  const pair = ca?.makeCertificate(["localhost"]);
  const server =
    pair === undefined
      ? createServer({ allowHalfOpen: true, noDelay: true })
      : createTlsServer({ allowHalfOpen: true, cert: pair.certificate, key: pair.key });
  t.teardown(() => server.close());
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
  );
  const peer = new Promise<Socket>((resolve) =>
    server.once(withTls ? "secureConnection" : "connection", (socket: Socket) => resolve(socket)),
  );
  const connector = createConnector({ ...CONNECTOR_OPTIONS, ...(ca === null ? {} : { ca: ca.certificate }) });
  const wire = new Promise<Wire>((resolve, reject) =>
    connector({ host: "localhost", port }, { tlsServerName: withTls ? "localhost" : null }, (outcome) => {
      if (!outcome.ok) return reject(new Error(outcome.error.detail));
      outcome.value.handler = record;
      resolve(outcome.value);
    }),
  );
  return { wire: await wire, peer: await peer, record };
}

/** A connected wire of that kind and its other end, both closed with the test. */
export async function makeWire(t: Test, kind: WireKind): Promise<WireAndPeer> {
  const record = new Recorder();
  const pair =
    kind === "accepted" ? await acceptedPair(t, record) : await connectedPair(t, record, kind === "tls");
  pair.peer.on("error", () => {});
  t.teardown(() => {
    pair.wire.destroy();
    pair.peer.destroy();
  });
  return pair;
}

/** Bytes in which every position tells where it is. */
export function patterned(length: number, salt = 0): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 31 + (at >> 8) * 7 + salt) & 0xff;
  return bytes;
}
