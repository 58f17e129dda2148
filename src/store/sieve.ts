/**
 * Which entry goes next: SIEVE (Zhang et al., NSDI 2024). Entries stand in the order of their insertion and
 * never move; being used only marks one. A hand goes from the oldest to the newest and round again: it takes
 * a mark off and passes on, and the first entry without one goes. So a crowd of entries that are asked for
 * once passes through without pushing out what is asked for again.
 */

/** The entries in their order, and their marks. */
export interface SieveOrder<T> {
  /** The next entry behind the hand, from the oldest again after the newest; null when there are none. */
  next(): T | null;
  isMarked(entry: T): boolean;
  unmark(entry: T): void;
}

/** The entry to evict, or null where there is none. At most `stepsMax` marked entries are passed over. */
export function sieveVictim<T>(order: SieveOrder<T>, stepsMax: number): T | null {
  for (let steps = 0; ; steps += 1) {
    const entry = order.next();
    if (entry === null || steps >= stepsMax || !order.isMarked(entry)) return entry;
    order.unmark(entry);
  }
}

/**
 * The hand over entries that JavaScript holds in the order of their insertion. It is always one entry ahead:
 * when it passes the newest it turns back at once, and does not wait there for what comes next.
 */
export class SieveHand<T> {
  readonly #fromOldest: () => Iterator<T>;
  readonly #isHeld: (entry: T) => boolean;
  #rest: Iterator<T>;
  #ahead: T | null = null;

  /** `fromOldest` gives iterators that bear removals, as those of a Map do. */
  constructor(fromOldest: () => Iterator<T>, isHeld: (entry: T) => boolean) {
    this.#fromOldest = fromOldest;
    this.#isHeld = isHeld;
    this.#rest = fromOldest();
  }

  /** The next entry, from the oldest again after the newest; null when there are none. */
  next(): T | null {
    let entry = this.#ahead;
    if (entry === null || !this.#isHeld(entry)) entry = this.#step() ?? this.#turn();
    this.#ahead = this.#step();
    if (this.#ahead === null) this.#rest = this.#fromOldest();
    return entry;
  }

  #step(): T | null {
    const step = this.#rest.next();
    return step.done === true ? null : step.value;
  }

  #turn(): T | null {
    this.#rest = this.#fromOldest();
    return this.#step();
  }
}
