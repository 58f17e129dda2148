/** Who is signed in. Sessions live in memory: when the console ends, all of them do. */
import type { Clock } from "#base/clock.ts";
import { SESSION_AGE_MS_MAX, SESSIONS_MAX } from "./limits.ts";
import { hashOf, newSecret } from "./secret.ts";

export interface OpenSession {
  readonly id: string;
  readonly user: string;
  readonly signedInWallMs: number;
  readonly startedMs: number;
  usedMs: number;
}

export class Sessions {
  readonly #clock: Clock;
  readonly #idleTimeoutMs: () => number;
  /** By the hash of the secret: who reads memory or a dump finds no session to use. */
  readonly #open = new Map<string, OpenSession>();

  constructor(clock: Clock, idleTimeoutMs: () => number) {
    this.#clock = clock;
    this.#idleTimeoutMs = idleTimeoutMs;
  }

  /** The secret for the cookie. */
  begin(user: string): string {
    this.#sweep();
    const secret = newSecret();
    const id = hashOf(secret);
    const startedMs = this.#clock.nowMs();
    while (this.#open.size >= SESSIONS_MAX) this.#endLongestIdle();
    this.#open.set(id, { id, user, startedMs, usedMs: startedMs, signedInWallMs: this.#clock.wallMs() });
    return secret;
  }

  /** The session of a cookie; `isUse` keeps it from becoming idle. */
  find(secret: string, isUse: boolean): OpenSession | null {
    const session = this.#open.get(hashOf(secret)) ?? null;
    if (session === null) return null;
    if (this.leftMs(session) <= 0) {
      this.#open.delete(session.id);
      return null;
    }
    if (isUse) session.usedMs = this.#clock.nowMs();
    return session;
  }

  /** What is left of the idle limit, and of the longest age; 0 when it has ended. */
  leftMs(session: OpenSession): number {
    if (!this.#open.has(session.id)) return 0;
    const now = this.#clock.nowMs();
    const left = Math.min(
      session.usedMs + this.#idleTimeoutMs() - now,
      session.startedMs + SESSION_AGE_MS_MAX - now,
    );
    return Math.max(0, Math.round(left));
  }

  end(id: string): void {
    this.#open.delete(id);
  }

  /** Every session of a user but `except`. */
  endAll(user: string, except: string | null = null): void {
    for (const { id, user: whose } of [...this.#open.values()])
      if (whose === user && id !== except) this.#open.delete(id);
  }

  countOf(user: string): number {
    this.#sweep();
    return [...this.#open.values()].filter((session) => session.user === user).length;
  }

  #sweep(): void {
    for (const session of [...this.#open.values()])
      if (this.leftMs(session) <= 0) this.#open.delete(session.id);
  }

  #endLongestIdle(): void {
    const [first] = [...this.#open.values()].sort((a, b) => a.usedMs - b.usedMs);
    if (first !== undefined) this.#open.delete(first.id);
  }
}
