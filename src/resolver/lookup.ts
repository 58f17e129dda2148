/**
 * One look-up of a name: the A and the AAAA question side by side (RFC 8305 section 3).
 *
 *   asking ── both answered ───────────────────────────────► settled
 *     │                                                         ▲
 *     └─ one family usable, the other slow ──► partial ── other ┘
 *
 * `onUsable` tells what can be used now: once when the rest came in time, twice when the slow family
 * came late. `onFailed` comes instead when there is nothing to use. `onSettled` is always the last call.
 */
import type { CloseReason } from "#http/close-reason.ts";
import type { Addresses, TransportFailure } from "#transport/resolve.ts";
import { interleave } from "./address-order.ts";
import type { Query, QueryResult } from "./query.ts";

/** How long usable A records wait for slow AAAA records (RFC 8305 section 3, "Resolution Delay"). */
const SLOW_AAAA_WAIT_MS = 50;
/**
 * How long usable AAAA records wait for slow A records. RFC 8305 would connect at once and add the
 * others later; an answer is final here, and no IPv4 attempt would begin before this time anyway.
 */
const SLOW_A_WAIT_MS = 250;

export interface LookupHandler {
  onUsable(addresses: Addresses, ttlMs: number): void;
  /** `exists` is false when the name servers said that there is no such name or address. */
  onFailed(why: TransportFailure, exists: boolean): void;
  onSettled(): void;
}

type Pending = QueryResult | null;

const slowWaitMs = (v4: Pending, v6: Pending): number | null => {
  if (v4?.kind === "addresses") return SLOW_AAAA_WAIT_MS;
  return v6?.kind === "addresses" ? SLOW_A_WAIT_MS : null;
};

const why = (reason: CloseReason, name: string, detail: string): TransportFailure => ({
  reason,
  detail: `${name}: ${detail}`,
});

/** Starts a look-up that ends after `timeoutMs` at the latest. Returns what stops it without a call. */
export function startLookup(
  name: string,
  { query, timeoutMs }: { readonly query: Query; readonly timeoutMs: number },
  handler: LookupHandler,
): () => void {
  let v4: Pending = null;
  let v6: Pending = null;
  let slowTimer: NodeJS.Timeout | null = null;
  let told = "";
  let stopped = false;

  const stop = (): void => {
    clearTimeout(deadline);
    if (slowTimer !== null) clearTimeout(slowTimer);
    stopped = true;
  };

  const tellUsable = (): void => {
    const v4Part = v4?.kind === "addresses" ? v4 : { addresses: [], ttlMs: Number.POSITIVE_INFINITY };
    const v6Part = v6?.kind === "addresses" ? v6 : { addresses: [], ttlMs: Number.POSITIVE_INFINITY };
    const addresses = interleave({ v4: v4Part.addresses, v6: v6Part.addresses });
    if (addresses.length === 0 || told === addresses.join()) return;
    told = addresses.join();
    handler.onUsable(addresses, Math.min(v4Part.ttlMs, v6Part.ttlMs));
  };

  const settle = (): void => {
    stop();
    tellUsable();
    if (told === "") {
      const failed = [v4, v6].find((result) => result?.kind === "failed");
      const isTimeout = v4 === null || v6 === null || (failed?.kind === "failed" && failed.isTimeout);
      if (isTimeout) handler.onFailed(why("dns-timeout", name, "no answer in time"), true);
      else if (failed?.kind === "failed") handler.onFailed(why("dns-failed", name, failed.code), true);
      else handler.onFailed(why("dns-not-found", name, "no such host"), false);
    }
    handler.onSettled();
  };

  const answered = (): void => {
    const waitMs = slowWaitMs(v4, v6);
    if (v4 !== null && v6 !== null) settle();
    else if (waitMs !== null && slowTimer === null) slowTimer = setTimeout(tellUsable, waitMs);
  };

  const deadline = setTimeout(settle, timeoutMs);
  query(name, 4, (result) => {
    v4 = result;
    if (!stopped) answered();
  });
  query(name, 6, (result) => {
    v6 = result;
    if (!stopped) answered();
  });
  return stop;
}
