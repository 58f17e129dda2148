import type { Outcome } from "#base/outcome.ts";
import type { Authority } from "#http/authority.ts";
import type { TransportFailure } from "./resolve.ts";
import type { Wire } from "./wire.ts";

/** How a connection is to be made. */
export interface ConnectOptions {
  /** TLS with this server name; null for plain TCP. */
  readonly tlsServerName: string | null;
}

/** Stops an attempt; its callback is then never called. */
export type Cancel = () => void;

/**
 * Connects to a server: resolves the name, refuses every address that the egress policy refuses,
 * tries the others as RFC 8305 says. `done` is called once, never during the call.
 */
export type Connect = (
  authority: Authority,
  options: ConnectOptions,
  done: (outcome: Outcome<Wire, TransportFailure>) => void,
) => Cancel;

/** A tunnel to a server, perhaps through a parent. */
export interface OpenedTunnel {
  readonly wire: Wire;
  /** "ip:port" that we are connected to. */
  readonly remote: string;
  /** The parent's name, or null when direct. */
  readonly parent: string | null;
  /** Bytes of the server that arrived with the parent's answer; mostly empty. */
  readonly first: Buffer;
}

/** Opens a tunnel for CONNECT. `done` is called once, never during the call. */
export type OpenTunnel = (
  authority: Authority,
  done: (outcome: Outcome<OpenedTunnel, TransportFailure>) => void,
) => Cancel;
