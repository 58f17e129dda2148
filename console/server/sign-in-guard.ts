/**
 * The growing delay after failed sign-ins. Three keys are counted: the name from that address (grows soon), the
 * address (somebody tries many names) and the name (many addresses try one name: a short delay only, so that
 * nobody can lock an administrator out for long from elsewhere).
 */
import type { Clock } from "#base/clock.ts";
import { FAILURES_MAX } from "./limits.ts";

interface Failures {
  count: number;
  untilMs: number;
  lastMs: number;
}

interface Rule {
  /** Failures without a delay. */
  readonly free: number;
  readonly delayMsMax: number;
}

const RULES = {
  both: { free: 3, delayMsMax: 15 * 60_000 },
  address: { free: 20, delayMsMax: 15 * 60_000 },
  user: { free: 20, delayMsMax: 30_000 },
} as const satisfies Readonly<Record<string, Rule>>;

type Key = keyof typeof RULES;

/** Failures are forgotten when there was none for this long. */
const FORGET_MS = 3_600_000;

export class SignInGuard {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until an attempt is heard; 0 for now. */
  waitMs(user: string, address: string): number {
    const now = this.#clock.nowMs();
    const waits = keysOf(user, address).map(([, key]) => (this.#failures.get(key)?.untilMs ?? 0) - now);
    return Math.max(0, ...waits.map(Math.ceil));
  }

  failed(user: string, address: string): void {
    const now = this.#clock.nowMs();
    for (const [rule, key] of keysOf(user, address)) {
      const known = this.#failures.get(key);
      const isOld = known === undefined || now - known.lastMs > FORGET_MS;
      const count = isOld ? 1 : known.count + 1;
      const { free, delayMsMax } = RULES[rule];
      const delayMs = count < free ? 0 : Math.min(1_000 * 2 ** Math.min(count - free, 20), delayMsMax);
      this.#failures.delete(key);
      this.#failures.set(key, { count, untilMs: now + delayMs, lastMs: now });
    }
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= FAILURES_MAX) break;
      this.#failures.delete(key);
    }
  }

  /** What is forgiven after a good sign-in, or by an administrator (without an address: everywhere). */
  forgive(user: string, address: string | null): void {
    if (address !== null) {
      this.#failures.delete(keyOf("both", user, address));
      this.#failures.delete(keyOf("address", user, address));
    } else {
      const suffix = keyOf("both", user, "");
      for (const key of this.#failures.keys()) if (key.startsWith(suffix)) this.#failures.delete(key);
    }
    this.#failures.delete(keyOf("user", user, ""));
  }

  /** For the list of accounts. */
  about(user: string): { readonly failures: number; readonly lockedForMs: number } {
    const known = this.#failures.get(keyOf("user", user, ""));
    const leftMs = Math.ceil((known?.untilMs ?? 0) - this.#clock.nowMs());
    return { failures: known?.count ?? 0, lockedForMs: Math.max(0, leftMs) };
  }
}

function keyOf(rule: Key, user: string, address: string): string {
  if (rule === "address") return `address ${address}`;
  return rule === "user" ? `user ${user}` : `both ${user} ${address}`;
}

const keysOf = (user: string, address: string): readonly (readonly [Key, string])[] =>
  (["both", "address", "user"] as const).map((rule) => [rule, keyOf(rule, user, address)]);
