import { initialAgeMs } from "./age.ts";
import type { CacheControl } from "./cache-control.ts";
import type { CacheKey } from "./cache-store.ts";
import type { CacheOverride, CachingRules } from "./caching-rules.ts";
import { freshnessLifetime, type LifetimeSource } from "./freshness.ts";
import { responseDirectives } from "./response-directives.ts";
import type { StoredResponse } from "./stored-response.ts";

const SECOND_MS = 1_000;

/**
 * What the rules say about one stored response, computed once. Ages are computed from the wall clock
 * (RFC 9111 section 4.2.3); one that is set back makes nothing younger than it was when it came.
 */
export class EvaluatedResponse {
  readonly response: StoredResponse;
  readonly rules: CachingRules;
  readonly override: CacheOverride | null;
  readonly directives: CacheControl;
  readonly initialAgeMs: number;
  readonly lifetimeMs: number;
  readonly lifetimeSource: LifetimeSource | "override";
  /** Wall clock: fresh before this. */
  readonly freshUntilMs: number;
  /** No use without a successful validation (no-cache, or invalidated). */
  readonly needsValidation: boolean;
  /** Never served stale, whatever fails (sections 5.2.2.2, 5.2.2.8 and 5.2.2.10). */
  readonly forbidsStale: boolean;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;

  constructor(key: CacheKey, response: StoredResponse, rules: CachingRules) {
    const { directives, isTargeted } = responseDirectives(response.fields, rules.targetedFields);
    this.response = response;
    this.rules = rules;
    this.override = rules.overrideFor(key);
    this.directives = directives;
    this.initialAgeMs = initialAgeMs(response);
    const lifetime = freshnessLifetime(response, directives, rules, isTargeted);
    const { lifetimeMinMs = 0, lifetimeMaxMs = Number.POSITIVE_INFINITY } = this.override ?? {};
    this.lifetimeMs = Math.max(lifetimeMinMs, Math.min(lifetime.ms, lifetimeMaxMs));
    this.lifetimeSource = this.lifetimeMs === lifetime.ms ? lifetime.source : "override";
    this.freshUntilMs = response.responseWallMs + this.lifetimeMs - this.initialAgeMs;
    this.needsValidation = response.invalidated || directives.noCache;
    this.forbidsStale =
      directives.mustRevalidate ||
      directives.proxyRevalidate ||
      directives.noCache ||
      directives.sMaxAge !== null;
    this.etag = response.fields.get("etag");
    this.lastModified = response.fields.get("last-modified");
  }

  /** current_age of section 4.2.3, in milliseconds; Infinity where it cannot be known. */
  ageMs(wallMs: number): number {
    return this.initialAgeMs + Math.max(0, wallMs - this.response.responseWallMs);
  }

  /** Milliseconds of freshness that are left; negative is how long it has been stale. */
  freshnessLeftMs(wallMs: number): number {
    return this.lifetimeMs - this.ageMs(wallMs);
  }

  get hasValidator(): boolean {
    return this.etag !== undefined || this.lastModified !== undefined;
  }

  /** An entity tag that is strong (RFC 9110 section 8.8.3), or undefined. */
  get strongEtag(): string | undefined {
    return this.etag?.startsWith('"') ? this.etag : undefined;
  }

  /** How long after its freshness it may serve, for a reason that a directive of the response names. */
  staleWindowMs(directive: "staleWhileRevalidate" | "staleIfError"): number {
    if (this.forbidsStale || this.response.invalidated) return 0;
    return (this.directives[directive] ?? 0) * SECOND_MS;
  }

  /** Whether it can ever be of use: fresh for a while, worth a validation, or allowed stale. */
  isWorthStoring(wallMs: number): boolean {
    // Parts are put together by a strong validator only; a date or a weak one does not help them.
    if (this.response.parts === null ? this.hasValidator : this.strongEtag !== undefined) return true;
    const usableMs = Math.max(
      0,
      this.staleWindowMs("staleWhileRevalidate"),
      this.staleWindowMs("staleIfError"),
    );
    return !this.needsValidation && this.freshnessLeftMs(wallMs) + usableMs > 0;
  }
}
