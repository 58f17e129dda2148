import type { Outcome } from "#base/outcome.ts";
import type { CloseReason } from "#http/close-reason.ts";

/** Why a step towards a server failed: the code, and what a log line should add. */
export interface TransportFailure {
  readonly reason: CloseReason;
  readonly detail: string;
}

/** The addresses of a host, IPv6 and IPv4 in the order in which they should be tried (RFC 8305 section 4). */
export type Addresses = readonly string[];

/**
 * Resolves a host name, or returns an address literal as it is. `done` is called once, never during the
 * call unless the answer was cached, with `dns-not-found`, `dns-failed` or `dns-timeout` on failure.
 */
export type Resolve = (host: string, done: (outcome: Outcome<Addresses, TransportFailure>) => void) => void;
