/**
 * Connections to servers: resolve → refuse what the egress policy refuses → Happy Eyeballs → TLS.
 * One set of steps for both users: tunnels get a wire, the client library gets the bare socket.
 */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { Authority } from "#http/authority.ts";
import type { Cancel, Connect } from "#transport/connect.ts";
import type { Addresses, Resolve, TransportFailure } from "#transport/resolve.ts";
import { raceAddresses } from "./happy-eyeballs.ts";
import { createWire } from "./net-wire.ts";
import { ReadBuffer } from "./read-buffer.ts";
import { attemptTcp, formatEndpoint } from "./tcp-attempt.ts";
import { createStartTls, type StartTls } from "./tls-upgrade.ts";

export interface ConnectorOptions {
  readonly resolve: Resolve;
  /** The egress policy, asked for every resolved address. */
  readonly checkAddress: (
    address: string,
    port: number,
  ) => { readonly allowed: boolean; readonly why: string };
  readonly sourceAddressV4?: string;
  readonly sourceAddressV6?: string;
  /** For TCP and TLS together; name resolution has its own limit. */
  readonly connectTimeoutMs: number;
  readonly happyEyeballsDelayMs: number;
  /** Certificates (PEM) to trust beside the built-in ones. */
  readonly ca?: string;
  /** A TCP connection was made, and is gone: for the counters. */
  readonly onOpen?: () => void;
  readonly onClose?: () => void;
  /** Replaces the attempt to connect to one address, for tests. */
  readonly attempt?: typeof attemptTcp;
}

/** As `Connect`, for a library that reads the socket itself. */
export type ConnectSocket = (
  authority: Authority,
  tlsServerName: string | null,
  done: (outcome: Outcome<Socket, TransportFailure>) => void,
) => Cancel;

interface Connection {
  readonly socket: Socket;
  /** What a plain connection for a wire is read into. */
  readonly readBuffer: ReadBuffer | null;
}

interface Destination {
  readonly authority: Authority;
  readonly tlsServerName: string | null;
  /** Whether a plain connection is read through a reusable buffer. */
  readonly readsIntoBuffer: boolean;
}

type ConnectionDone = (outcome: Outcome<Connection, TransportFailure>) => void;

/** One connection in the making; each step sets what cancels it. */
class Establishment {
  readonly #options: ConnectorOptions;
  readonly #startTls: StartTls;
  readonly #to: Destination;
  readonly #done: ConnectionDone;
  #cancelStep: Cancel = () => {};
  #deadline: NodeJS.Timeout | null = null;
  #stepName = "";
  #over = false;
  /** `done` must not be called during the call that starts all this. */
  #isStarting = true;

  constructor(options: ConnectorOptions, startTls: StartTls, to: Destination, done: ConnectionDone) {
    this.#options = options;
    this.#startTls = startTls;
    this.#to = to;
    this.#done = done;
  }

  start(): Cancel {
    this.#options.resolve(this.#to.authority.host, (resolved) => {
      if (this.#over) return;
      if (resolved.ok) this.#filter(resolved.value);
      else this.#finish(resolved);
    });
    this.#isStarting = false;
    return () => this.#stop();
  }

  #stop(): void {
    this.#over = true;
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    this.#cancelStep();
  }

  #finish(outcome: Outcome<Connection, TransportFailure>): void {
    if (this.#isStarting) {
      process.nextTick(() => this.#finish(outcome));
      return;
    }
    if (this.#over) return;
    this.#over = true;
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    this.#done(outcome);
  }

  /** What is connected to is exactly what was checked: no name is resolved again after this. */
  #filter(addresses: Addresses): void {
    const { host, port } = this.#to.authority;
    const refusals: string[] = [];
    const allowed = addresses.filter((address) => {
      const verdict = this.#options.checkAddress(address, port);
      if (!verdict.allowed) refusals.push(verdict.why);
      return verdict.allowed;
    });
    if (allowed.length > 0) {
      this.#race(allowed);
      return;
    }
    const detail = refusals.length > 0 ? `${host}: ${refusals.join(", ")}` : `${host}: no address`;
    this.#finish(failure({ reason: refusals.length > 0 ? "egress-refused" : "dns-not-found", detail }));
  }

  #race(addresses: Addresses): void {
    const { connectTimeoutMs, happyEyeballsDelayMs, attempt = attemptTcp } = this.#options;
    const { port } = this.#to.authority;
    this.#stepName = `connecting to ${addresses.map((address) => formatEndpoint(address, port)).join(", ")}`;
    this.#deadline = setTimeout(() => {
      this.#cancelStep();
      const detail = `${this.#stepName} took more than ${connectTimeoutMs} ms`;
      this.#finish(failure({ reason: "connect-timeout", detail }));
    }, connectTimeoutMs);
    this.#cancelStep = raceAddresses<Connection>(
      {
        addresses,
        delayMs: happyEyeballsDelayMs,
        attempt: (address, done) => {
          const readBuffer =
            this.#to.readsIntoBuffer && this.#to.tlsServerName === null ? new ReadBuffer() : null;
          const sourceAddress = this.#sourceFor(address);
          return attempt({ address, port, sourceAddress, readBuffer }, (outcome) =>
            done(outcome.ok ? success({ socket: outcome.value, readBuffer }) : outcome),
          );
        },
      },
      (outcome) => (outcome.ok ? this.#connected(outcome.value) : this.#finish(outcome)),
    );
  }

  #sourceFor(address: string): string | null {
    const { sourceAddressV4, sourceAddressV6 } = this.#options;
    return (address.includes(":") ? sourceAddressV6 : sourceAddressV4) ?? null;
  }

  #connected({ socket, readBuffer }: Connection): void {
    this.#options.onOpen?.();
    if (this.#options.onClose !== undefined) socket.once("close", this.#options.onClose);
    const { tlsServerName } = this.#to;
    if (tlsServerName === null) {
      this.#finish(success({ socket, readBuffer }));
      return;
    }
    this.#stepName = `the TLS handshake with ${tlsServerName}`;
    this.#cancelStep = this.#startTls(socket, tlsServerName, (outcome) => {
      if (!outcome.ok) socket.destroy();
      this.#finish(outcome.ok ? success({ socket: outcome.value, readBuffer: null }) : outcome);
    });
  }
}

/** What connects to servers, in each form that somebody needs. */
export interface Connectors {
  /** For tunnels. The handler of the wire is to be set within the callback. */
  readonly connect: Connect;
  /** For undici. */
  readonly connectSocket: ConnectSocket;
  /** TLS within a tunnel of a parent. */
  readonly startTls: (
    base: Duplex,
    serverName: string,
    done: (outcome: Outcome<Socket, TransportFailure>) => void,
  ) => Cancel;
}

/** All connectors of one worker, with one TLS context among them. */
export function createConnectors(options: ConnectorOptions): Connectors {
  const startTls = createStartTls(options.ca ?? null);
  return {
    connect: (authority, { tlsServerName }, done) =>
      new Establishment(options, startTls, { authority, tlsServerName, readsIntoBuffer: true }, (outcome) =>
        done(outcome.ok ? success(createWire(outcome.value.socket, outcome.value.readBuffer)) : outcome),
      ).start(),
    connectSocket: (authority, tlsServerName, done) =>
      new Establishment(options, startTls, { authority, tlsServerName, readsIntoBuffer: false }, (outcome) =>
        done(outcome.ok ? success(outcome.value.socket) : outcome),
      ).start(),
    startTls: (base, serverName, done) => startTls(base as Socket, serverName, done),
  };
}

/** See `Connectors.connect`. */
export const createConnector = (options: ConnectorOptions): Connect => createConnectors(options).connect;

/** See `Connectors.connectSocket`. */
export const createSocketConnector = (options: ConnectorOptions): ConnectSocket =>
  createConnectors(options).connectSocket;
