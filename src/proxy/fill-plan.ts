import { missingRange } from "#caching/parts.ts";
import { reuseOf } from "#caching/reuse.ts";
import { addValidators, removeClientConditions } from "#caching/validation.ts";
import type { UpstreamRequest } from "#transport/exchange.ts";
import type { CachedRequest } from "./cached-request.ts";
import type { PreparedEntry } from "./prepared-entry.ts";
import { hasWanted } from "./stored-answer.ts";

/** What a fetch for the cache is meant to do with what is stored already. */
export type FillPlan =
  /** Nothing that helps is stored. */
  | { readonly kind: "fetch" }
  /** The request is conditional: 304 makes the stored response fresh. */
  | { readonly kind: "validate"; readonly stored: PreparedEntry }
  /** Parts are stored, and another one was asked for. */
  | { readonly kind: "add-part"; readonly stored: PreparedEntry }
  /** Parts are stored, and the whole was asked for: only what is missing is fetched. */
  | { readonly kind: "complete"; readonly stored: PreparedEntry };

/** Makes the plan, and makes the request for the origin what the plan needs. */
export function planFill(caching: CachedRequest, request: UpstreamRequest, wallMs: number): FillPlan {
  const { stored, traits } = caching;
  const { method, fields } = request;
  if (stored === null || method !== "GET") return { kind: "fetch" };
  const { evaluated } = stored;
  if (hasWanted(stored, traits, method)) {
    if (!evaluated.hasValidator) return { kind: "fetch" };
    addValidators(fields, evaluated);
    return { kind: "validate", stored };
  }
  if (traits.range !== undefined) return { kind: "add-part", stored };
  const missing = missingRange(stored.entry.response);
  const { strongEtag } = evaluated;
  // RFC 9111 section 3.4: only a strong validator can tell that the parts belong together.
  const isOfUse = strongEtag !== undefined || reuseOf(evaluated, traits, wallMs) === "fresh";
  if (missing === null || !isOfUse) return { kind: "fetch" };
  removeClientConditions(fields);
  fields.addLower("range", "Range", `bytes=${missing.first}-${missing.last ?? ""}`);
  if (strongEtag !== undefined) fields.addLower("if-range", "If-Range", strongEtag);
  return { kind: "complete", stored };
}
