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
import { type Attempt, attemptSocket, attemptWire, formatEndpoint } from "./tcp-attempt.ts";
import type { TcpWire } from "./tcp-wire.ts";
import { createStartTls } from "./tls-upgrade.ts";

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
  readonly attempt?: Attempt<TcpWire>;
}

/** As `Connect`, for a library that reads the socket itself. */
export type ConnectSocket = (
  authority: Authority,
  tlsServerName: string | null,
  done: (outcome: Outcome<Socket, TransportFailure>) => void,
) => Cancel;

interface Handshake<T> {
  readonly serverName: string;
  readonly start: (connection: T, done: (outcome: Outcome<T, TransportFailure>) => void) => Cancel;
}

interface Destination<T> {
  readonly authority: Authority;
  readonly attempt: Attempt<T>;
  /** The TLS handshake over a connection that stands; null for plain TCP. */
  readonly handshake: Handshake<T> | null;
}

/** One connection in the making; each step sets what cancels it. */
class Establishment<T extends { destroy(): unknown }> {
  readonly #options: ConnectorOptions;
  readonly #to: Destination<T>;
  readonly #done: (outcome: Outcome<T, TransportFailure>) => void;
  #cancelStep: Cancel = () => {};
  #deadline: NodeJS.Timeout | null = null;
  /** What takes its time now, for the message when it takes too long. */
  #stepName: () => string = () => "";
  #over = false;
  /** `done` must not be called during the call that starts all this. */
  #isStarting = true;

  constructor(
    options: ConnectorOptions,
    to: Destination<T>,
    done: (outcome: Outcome<T, TransportFailure>) => void,
  ) {
    this.#options = options;
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

  #finish(outcome: Outcome<T, TransportFailure>): void {
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
    const { connectTimeoutMs, happyEyeballsDelayMs, onClose = () => {} } = this.#options;
    const { authority, attempt } = this.#to;
    const { port } = authority;
    this.#stepName = () =>
      `connecting to ${addresses.map((address) => formatEndpoint(address, port)).join(", ")}`;
    this.#deadline = setTimeout(() => {
      this.#cancelStep();
      const detail = `${this.#stepName()} took more than ${connectTimeoutMs} ms`;
      this.#finish(failure({ reason: "connect-timeout", detail }));
    }, connectTimeoutMs);
    const tryOne = (address: string, done: (outcome: Outcome<T, TransportFailure>) => void): Cancel =>
      attempt({ address, port, sourceAddress: this.#sourceFor(address), onClose }, done);
    const ended = (outcome: Outcome<T, TransportFailure>): void =>
      outcome.ok ? this.#connected(outcome.value) : this.#finish(outcome);
    const [only] = addresses;
    // Most hosts have one address here, and a race of one needs no referee.
    this.#cancelStep =
      addresses.length === 1 && only !== undefined
        ? tryOne(only, ended)
        : raceAddresses<T>({ addresses, delayMs: happyEyeballsDelayMs, attempt: tryOne }, ended);
  }

  #sourceFor(address: string): string | null {
    const { sourceAddressV4, sourceAddressV6 } = this.#options;
    return (address.includes(":") ? sourceAddressV6 : sourceAddressV4) ?? null;
  }

  #connected(connection: T): void {
    this.#options.onOpen?.();
    const { handshake } = this.#to;
    if (handshake === null) {
      this.#finish(success(connection));
      return;
    }
    this.#stepName = () => `the TLS handshake with ${handshake.serverName}`;
    this.#cancelStep = handshake.start(connection, (outcome) => {
      if (!outcome.ok) connection.destroy();
      this.#finish(outcome);
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
  const connectSocket: ConnectSocket = (authority, tlsServerName, done) => {
    const handshake: Handshake<Socket> | null =
      tlsServerName === null
        ? null
        : { serverName: tlsServerName, start: (socket, secured) => startTls(socket, tlsServerName, secured) };
    return new Establishment<Socket>(options, { authority, attempt: attemptSocket, handshake }, done).start();
  };
  const connectWire: ConnectPlain = (authority, done) =>
    new Establishment<TcpWire>(
      options,
      { authority, attempt: options.attempt ?? attemptWire, handshake: null },
      (outcome) => {
        done(outcome);
        if (outcome.ok) outcome.value.start();
      },
    ).start();
  return {
    connect: (authority, { tlsServerName }, done) =>
      tlsServerName === null
        ? connectWire(authority, done)
        : connectSocket(authority, tlsServerName, (outcome) =>
            done(outcome.ok ? success(createWire(outcome.value)) : outcome),
          ),
    connectSocket,
    startTls: (base, serverName, done) => startTls(base as Socket, serverName, done),
  };
}

type ConnectPlain = (
  authority: Authority,
  done: (outcome: Outcome<TcpWire, TransportFailure>) => void,
) => Cancel;

/** See `Connectors.connect`. */
export const createConnector = (options: ConnectorOptions): Connect => createConnectors(options).connect;
