import type { FieldList } from "#http/field-list.ts";
import type { CacheKey } from "./cache-store.ts";
import type { CacheOverride, CachingRules } from "./caching-rules.ts";
import { EvaluatedResponse } from "./evaluated-response.ts";
import type { LifetimeSource } from "./freshness.ts";
import { requestTraits } from "./request-traits.ts";
import { type Reuse, reuseOf } from "./reuse.ts";
import type { ByteRange, StoredResponse } from "./stored-response.ts";
import { isSelected } from "./vary.ts";

/** Why a request would or would not be answered from the store: for `inspect`, and for people. */
export interface Explanation {
  readonly key: CacheKey;
  readonly verdict: "hit" | "stale hit" | "validation" | "partial" | "miss" | "bypass";
  /** One sentence. */
  readonly reason: string;
  /** The newest first. */
  readonly variants: readonly ExplainedVariant[];
  /** What an administrator decided for the URL; null for nothing. */
  readonly override: CacheOverride | null;
}

export interface ExplainedVariant {
  readonly status: number;
  readonly isSelected: boolean;
  readonly varyOn: StoredResponse["varyOn"];
  readonly ageMs: number;
  readonly freshnessLeftMs: number;
  readonly lifetimeMs: number;
  readonly lifetimeSource: LifetimeSource | "override";
  readonly invalidated: boolean;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly parts: readonly ByteRange[] | null;
  readonly tags: readonly string[];
}

/** What would happen to a GET with those fields now. */
export function explain(
  key: CacheKey,
  responses: readonly StoredResponse[],
  request: FieldList,
  now: { readonly rules: CachingRules; readonly wallMs: number },
): Explanation {
  const { rules, wallMs } = now;
  const override = rules.overrideFor(key);
  const evaluated = responses.map((response) => new EvaluatedResponse(key, response, rules));
  const selected = evaluated.find(({ response }) => isSelected(response, request));
  const variants = evaluated.map((one) => explainedVariant(one, request, wallMs));
  return { key, variants, override, ...verdictOf(selected, evaluated.length, { request, wallMs, override }) };
}

type Verdict = Pick<Explanation, "verdict" | "reason">;

function verdictOf(
  selected: EvaluatedResponse | undefined,
  count: number,
  asked: { readonly request: FieldList; readonly wallMs: number; readonly override: CacheOverride | null },
): Verdict {
  if (asked.override?.never === true)
    return { verdict: "bypass", reason: `the settings say never, for ${asked.override.pattern}` };
  if (selected === undefined) {
    const reason =
      count === 0 ? "nothing is stored for this URL" : `none of ${count} stored variants matches the request`;
    return { verdict: "miss", reason };
  }
  if (selected.response.parts !== null && asked.request.get("range") === undefined)
    return { verdict: "partial", reason: "only parts of the response are stored" };
  const reuse = reuseOf(selected, requestTraits(asked.request), asked.wallMs);
  return verdictOfReuse(selected, reuse, asked.wallMs);
}

function verdictOfReuse(selected: EvaluatedResponse, reuse: Reuse, wallMs: number): Verdict {
  const left = selected.freshnessLeftMs(wallMs);
  switch (reuse) {
    case "fresh":
      return { verdict: "hit", reason: `it is fresh for ${seconds(left)} more (${selected.lifetimeSource})` };
    case "stale":
      return {
        verdict: "stale hit",
        reason: `it is stale since ${seconds(-left)}, which the request allows`,
      };
    case "stale-while-revalidate":
      return {
        verdict: "stale hit",
        reason: `it is stale since ${seconds(-left)} and is validated meanwhile`,
      };
    case "validate":
      return { verdict: "validation", reason: validationReason(selected, left) };
  }
}

function validationReason(selected: EvaluatedResponse, leftMs: number): string {
  if (selected.response.invalidated) return "it was invalidated or purged softly";
  if (selected.directives.noCache) return "its no-cache asks for validation before every use";
  if (leftMs === Number.NEGATIVE_INFINITY) return "its Age cannot be read, so that it counts as stale";
  if (leftMs > 0) return "it is fresh, but the request wants the origin's word";
  if (selected.lifetimeSource === "none") return "nothing in it says how long it is fresh";
  return `it is stale since ${seconds(-leftMs)} (${selected.lifetimeSource})`;
}

const seconds = (ms: number): string => `${Math.floor(ms / 1_000)} s`;

const explainedVariant = (
  evaluated: EvaluatedResponse,
  request: FieldList,
  wallMs: number,
): ExplainedVariant => ({
  status: evaluated.response.status,
  isSelected: isSelected(evaluated.response, request),
  varyOn: evaluated.response.varyOn,
  ageMs: evaluated.ageMs(wallMs),
  freshnessLeftMs: evaluated.freshnessLeftMs(wallMs),
  lifetimeMs: evaluated.lifetimeMs,
  lifetimeSource: evaluated.lifetimeSource,
  invalidated: evaluated.response.invalidated,
  etag: evaluated.etag,
  lastModified: evaluated.lastModified,
  parts: evaluated.response.parts,
  tags: evaluated.response.tags,
});
