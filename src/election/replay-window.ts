/**
 * Which sequence numbers of a session have come: the newest and 32 below it (RFC 4303 section 3.4.3 has
 * the idea). A value, so that it can live in the state.
 */
export interface ReplayWindow {
  readonly newest: number;
  /** Bit n: `newest` - n has come. */
  readonly seen: number;
}

export type Arrival = "newest" | "late" | "replayed";

const WIDTH = 32;

export const EMPTY_WINDOW: ReplayWindow = { newest: -1, seen: 0 };

/** Whether `sequence` is ahead of all others, late but new, or has come before (or is too old to tell). */
export function judge(window: ReplayWindow, sequence: number): Arrival {
  if (sequence > window.newest) return "newest";
  const age = window.newest - sequence;
  if (age >= WIDTH) return "replayed";
  return ((window.seen >>> age) & 1) === 1 ? "replayed" : "late";
}

/** The window after `sequence` has come. */
export function marked(window: ReplayWindow, sequence: number): ReplayWindow {
  const ahead = sequence - window.newest;
  if (ahead > 0) return { newest: sequence, seen: ahead >= WIDTH ? 1 : ((window.seen << ahead) | 1) >>> 0 };
  return { newest: window.newest, seen: (window.seen | (1 << -ahead)) >>> 0 };
}
