import { wantsJson } from "#http/content-negotiation.ts";
import { FieldList } from "#http/field-list.ts";
import { imfFixdate } from "#http/http-date.ts";
import { type Answer, type AnswerContext, finished, languageOf } from "./error-answer.ts";
import { statusJson, statusPage, type UnitStatus } from "./status-page.ts";

/** A request for this unit itself: origin-form, or `OPTIONS *`. */
export interface LocalAnswerInput extends AnswerContext, UnitStatus {
  /** Path and query as received, starting with "/"; or "*". */
  readonly path: string;
}

/** The answer, or why there is none: the caller books the reason and answers with its error page. */
export type LocalAnswer =
  | (Answer & { readonly kind: "answer" })
  | {
      readonly kind: "refused";
      readonly reason: "not-found" | "method-not-allowed";
      /** What Allow must say with 405 (RFC 9110 section 15.5.6). */
      readonly allowMethods: readonly string[];
    };

const PAGE_METHODS = ["GET", "HEAD"] as const;
const SERVER_METHODS = [...PAGE_METHODS, "OPTIONS"] as const;

/**
 * Our own pages: `/` (HTML, or JSON where it is preferred) and `/status.json`. Another path is not
 * found, another method not allowed. Nothing that a client sent or fetched is ever in them.
 */
export function localAnswer(input: LocalAnswerInput): LocalAnswer {
  if (input.path === "*") return optionsAnswer(input);
  const path = input.path.split("?", 1)[0] as string;
  if (path !== "/" && path !== "/status.json")
    return { kind: "refused", reason: "not-found", allowMethods: PAGE_METHODS };
  if (input.method !== "GET" && input.method !== "HEAD")
    return { kind: "refused", reason: "method-not-allowed", allowMethods: PAGE_METHODS };
  const json = path === "/status.json" || wantsJson(input.accept);
  const language = languageOf(input);
  const answer = finished(input, {
    status: 200,
    type: json ? "application/json" : "text/html; charset=utf-8",
    language: json ? null : language,
    text: json ? statusJson(input) : statusPage(input, language),
    fields: new FieldList(),
  });
  return { kind: "answer", ...answer };
}

/** RFC 9110 section 9.3.7: what the server in general can do. A 204 has no content and no length. */
function optionsAnswer(input: LocalAnswerInput): LocalAnswer {
  if (input.method !== "OPTIONS")
    return { kind: "refused", reason: "method-not-allowed", allowMethods: SERVER_METHODS };
  const fields = new FieldList();
  fields.addLower("date", "Date", imfFixdate(input.wallMs));
  fields.addLower("allow", "Allow", SERVER_METHODS.join(", "));
  return { kind: "answer", status: 204, fields, body: Buffer.alloc(0) };
}
