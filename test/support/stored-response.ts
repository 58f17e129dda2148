import { type CachingRules, type CachingSettings, compileCachingRules } from "#caching/caching-rules.ts";
import { EvaluatedResponse } from "#caching/evaluated-response.ts";
import { type RequestTraits, requestTraits } from "#caching/request-traits.ts";
import { responseDirectives } from "#caching/response-directives.ts";
import type { StoredResponse } from "#caching/stored-response.ts";
import { FieldList } from "#http/field-list.ts";
import { imfFixdate } from "#http/http-date.ts";

/** When stored responses of tests came: Sun, 06 Nov 1994 08:49:37 GMT. */
export const RECEIVED_MS = 784_111_777_000;
const SECOND_MS = 1_000;

/** A list of fields from pairs; a number is a date that many seconds after the response came. */
export function fieldsOf(pairs: readonly (readonly [string, string | number])[]): FieldList {
  const fields = new FieldList();
  for (const [name, value] of pairs)
    fields.add(name, typeof value === "number" ? imfFixdate(RECEIVED_MS + value * SECOND_MS) : value);
  return fields;
}

export const rulesOf = (change: Partial<CachingSettings> = {}): CachingRules =>
  compileCachingRules({
    heuristicPercent: 10,
    heuristicMaxMs: 86_400_000,
    negativeMaxMs: 600_000,
    staleIfDownMs: 3_600_000,
    targetedFields: [],
    overrides: [],
    ...change,
  });

export const stored = (
  pairs: readonly (readonly [string, string | number])[],
  change: Partial<StoredResponse> = {},
): StoredResponse => ({
  status: 200,
  fields: fieldsOf(pairs),
  requestWallMs: RECEIVED_MS,
  responseWallMs: RECEIVED_MS,
  varyOn: [],
  invalidated: false,
  completeBytes: 10,
  parts: null,
  tags: [],
  ...change,
});

export const evaluated = (
  pairs: readonly (readonly [string, string | number])[],
  change: Partial<StoredResponse> = {},
  rules: CachingRules = rulesOf(),
): EvaluatedResponse => new EvaluatedResponse("http://origin.example/a", stored(pairs, change), rules);

export const traitsOf = (pairs: readonly (readonly [string, string | number])[]): RequestTraits =>
  requestTraits(fieldsOf(pairs));

export const directivesOf = (cacheControl: string): ReturnType<typeof responseDirectives>["directives"] =>
  responseDirectives(fieldsOf([["Cache-Control", cacheControl]]), []).directives;
