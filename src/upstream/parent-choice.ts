import type { Clock } from "#base/clock.ts";
import type { CloseReason } from "#http/close-reason.ts";
import type { ParentProxy } from "./parent.ts";

/** Failures that say nothing about the request: another parent may do better. */
const TRY_NEXT: ReadonlySet<CloseReason> = new Set<CloseReason>([
  "connect-refused",
  "connect-failed",
  "connect-timeout",
  "dns-not-found",
  "dns-failed",
  "dns-timeout",
  "origin-closed",
  "origin-timeout",
]);

/** Whether after that failure the next parent may be tried. */
export const mayTryNext = (reason: CloseReason): boolean => TRY_NEXT.has(reason);

/** The parents of one request, in order, without those that are down; then direct, if that is allowed. */
export class ParentChoice {
  readonly #parents: readonly ParentProxy[];
  readonly #clock: Clock;
  #directLeft: boolean;
  #at = 0;

  constructor(parents: readonly ParentProxy[], directAtLast: boolean, clock: Clock) {
    this.#parents = parents;
    this.#directLeft = directAtLast;
    this.#clock = clock;
  }

  /** The next way: a parent, "direct", or null when there is none left. */
  next(): ParentProxy | "direct" | null {
    while (this.#at < this.#parents.length) {
      const parent = this.#parents[this.#at];
      this.#at += 1;
      if (parent?.health.tryNow(this.#clock.nowMs())) return parent;
    }
    if (!this.#directLeft) return null;
    this.#directLeft = false;
    return "direct";
  }
}
