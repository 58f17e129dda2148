/**
 * Happy Eyeballs (RFC 8305 section 5): attempts begin one after the other, the next after a delay or as
 * soon as one fails, and the first connection wins. The attempts and the timer are parameters.
 */
import { failure, type Outcome } from "#base/outcome.ts";
import type { CloseReason } from "#http/close-reason.ts";
import type { Cancel } from "#transport/connect.ts";
import type { TransportFailure } from "#transport/resolve.ts";

/** Addresses of one host that are tried; a name may have hundreds. */
export const ATTEMPTS_MAX = 16;

export interface RaceOptions<T> {
  /** In the order of preference; at least one. */
  readonly addresses: readonly string[];
  readonly delayMs: number;
  readonly attempt: (address: string, done: (outcome: Outcome<T, TransportFailure>) => void) => Cancel;
  /** Replaces setTimeout, for tests. */
  readonly startTimer?: (elapsed: () => void, delayMs: number) => Cancel;
}

const systemTimer = (elapsed: () => void, delayMs: number): Cancel => {
  const timer = setTimeout(elapsed, delayMs);
  return () => clearTimeout(timer);
};

/** When attempts failed for several reasons, the one that tells most about the destination. */
const TELLING: readonly CloseReason[] = ["connect-refused", "connect-timeout", "connect-failed"];

function combine(failures: readonly TransportFailure[]): TransportFailure {
  const reasons = new Set(failures.map(({ reason }) => reason));
  const reason = TELLING.find((candidate) => reasons.has(candidate)) ?? "connect-failed";
  return { reason, detail: failures.map(({ detail }) => detail).join(", ") };
}

/** Races the addresses. `done` is called once, with the winner or with all failures in one. */
export function raceAddresses<T>(
  { addresses, delayMs, attempt, startTimer = systemTimer }: RaceOptions<T>,
  done: (outcome: Outcome<T, TransportFailure>) => void,
): Cancel {
  const running = new Map<string, Cancel>();
  const failures: TransportFailure[] = [];
  const waiting = addresses.slice(0, ATTEMPTS_MAX);
  let stopTimer: Cancel = () => {};
  let over = false;

  const stop = (): void => {
    over = true;
    stopTimer();
    for (const cancel of running.values()) cancel();
    running.clear();
  };

  const ended = (address: string, outcome: Outcome<T, TransportFailure>): void => {
    running.delete(address);
    if (over) return;
    if (!outcome.ok) failures.push(outcome.error);
    if (!outcome.ok && waiting.length > 0) startNext();
    // The next may have failed during the call, and have ended all this.
    if (over || (!outcome.ok && running.size > 0)) return;
    stop();
    done(outcome.ok ? outcome : failure(combine(failures)));
  };

  const startNext = (): void => {
    stopTimer();
    const address = waiting.shift();
    if (address === undefined) return;
    if (waiting.length > 0) stopTimer = startTimer(startNext, delayMs);
    running.set(address, () => {});
    const cancel = attempt(address, (outcome) => ended(address, outcome));
    // An attempt that failed at once is already out, and its place may have been taken.
    if (running.has(address)) running.set(address, cancel);
    else if (over) cancel();
  };

  startNext();
  return stop;
}
