import type { FieldList } from "#http/field-list.ts";
import type { CacheControl } from "./cache-control.ts";
import { isHeuristicallyCacheable, isNeverStored, isUnderstood } from "./status-rules.ts";
import { varyNames } from "./vary.ts";

/** A request and its response, as much as storing depends on. */
export interface StoringQuestion {
  readonly method: string;
  readonly status: number;
  readonly fields: FieldList;
  /** Of the response. */
  readonly directives: CacheControl;
  readonly requestNoStore: boolean;
  readonly requestHasAuthorization: boolean;
  /** For POST: whether Content-Location is the target URI. */
  readonly isAboutTarget: boolean;
  /** Fields that this unit writes into requests for each client: a response that varies on them is one client's. */
  readonly clientFields: readonly string[];
  readonly overrideNever: boolean;
  /** An administrator gave it a lifetime, so that it needs none of its own. */
  readonly overrideLifetime: boolean;
}

/** Why a response is not stored; null when it may be. In words for people, see explanation.ts. */
export type NotStorable =
  | "method"
  | "override"
  | "status"
  | "must-understand"
  | "no-store"
  | "private"
  | "authorization"
  | "vary"
  | "no-freshness"
  | null;

/** RFC 9111 section 3: whether a shared cache may store a response. The order is that of the section. */
export function whyNotStorable(question: StoringQuestion): NotStorable {
  const { status, directives, fields } = question;
  if (question.overrideNever) return "override";
  if (question.method !== "GET" && !isStorablePost(question)) return "method";
  if (isNeverStored(status)) return "status";
  if (directives.mustUnderstand && !isUnderstood(status)) return "must-understand";
  // Section 5.2.2.3: to a cache that understands the status, must-understand undoes no-store.
  if (question.requestNoStore || (directives.noStore && !directives.mustUnderstand)) return "no-store";
  if (directives.private) return "private";
  if (question.requestHasAuthorization && !allowsAuthorization(directives)) return "authorization";
  const vary = varyNames(fields);
  if (vary === "*" || vary.some((name) => question.clientFields.includes(name))) return "vary";
  return isAllowedAtAll(question) ? null : "no-freshness";
}

/** Section 3.5. */
const allowsAuthorization = (directives: CacheControl): boolean =>
  directives.mustRevalidate || directives.public || directives.sMaxAge !== null;

/** The last item of section 3: something in the response, or its status, has to allow storing. */
function isAllowedAtAll({ status, fields, directives, overrideLifetime }: StoringQuestion): boolean {
  if (overrideLifetime) return true;
  if (directives.public || directives.maxAge !== null || directives.sMaxAge !== null) return true;
  if (fields.get("expires") !== undefined) return true;
  // A heuristic needs Last-Modified, and a validation needs a validator: without either it is of no use.
  const hasValidator = fields.get("last-modified") !== undefined || fields.get("etag") !== undefined;
  return isHeuristicallyCacheable(status) && hasValidator;
}

/** RFC 9110 section 9.3.3: with explicit freshness, and Content-Location the same as the target URI. */
const isStorablePost = ({ method, status, fields, directives, isAboutTarget }: StoringQuestion): boolean =>
  method === "POST" &&
  isAboutTarget &&
  status === 200 &&
  (directives.maxAge !== null || directives.sMaxAge !== null || fields.get("expires") !== undefined);
