import { assert } from "#base/assert.ts";
import { CLOSE_REASONS, type CloseReason } from "#http/close-reason.ts";
import { type PageLanguage, preferredLanguage, wantsJson } from "#http/content-negotiation.ts";
import { FieldList } from "#http/field-list.ts";
import { imfFixdate } from "#http/http-date.ts";
import { proxyStatusValue } from "#http/proxy-status.ts";
import { reasonPhrase } from "#http/status.ts";
import { adviceFor, errorPage, sentenceFor } from "./error-page.ts";
import { PAGE_SECURITY_POLICY } from "./page-frame.ts";

/** An answer that is made here, complete but for Connection: that is the connection's matter. */
export interface Answer {
  readonly status: number;
  readonly fields: FieldList;
  /** Empty for HEAD; Content-Length is that of the GET all the same. */
  readonly body: Buffer;
}

/** What every answer of our own depends on, beside what it says. */
export interface AnswerContext {
  /** The unit's name. */
  readonly unit: string;
  /** As received; "" when no request line could be read. */
  readonly method: string;
  readonly acceptLanguage: string | undefined;
  readonly accept: string | undefined;
  /** Wall clock, milliseconds since the epoch. */
  readonly wallMs: number;
}

/** An answer that says why a request was not served. */
export interface ErrorAnswerInput extends AnswerContext {
  readonly reason: CloseReason;
  /** The request target as received, hostile bytes and all; "" when unknown. */
  readonly target: string;
  /** What an administrator may want to know; never a stack. May be empty. */
  readonly detail: string;
  /** The methods that Allow names with 405 (RFC 9110 section 15.5.6). */
  readonly allowMethods?: readonly string[] | undefined;
  /** The server that was asked, for Proxy-Status. */
  readonly nextHop?: string | undefined;
  /** By which an administrator finds the request again. */
  readonly requestId?: string | undefined;
}

const TARGET_CHARS_MAX = 160;
const DETAIL_CHARS_MAX = 200;
const RETRY_AFTER_SECONDS = 5;

/**
 * The answer for a request that failed for `reason`, which must be one that has a status: HTML in
 * Japanese or English, or application/problem+json (RFC 9457) where the client prefers JSON.
 */
export function errorAnswer(input: ErrorAnswerInput): Answer {
  const { status } = CLOSE_REASONS[input.reason];
  assert(status !== 0, `${input.reason} is an end without an answer`);
  const json = wantsJson(input.accept);
  const text = json ? problem(input, status) : page(input, status);
  const fields = new FieldList();
  // RFC 9110 section 15.5.6 requires Allow with 405; an empty one means that no method is allowed.
  if (status === 405) fields.addLower("allow", "Allow", (input.allowMethods ?? []).join(", "));
  if (status === 503) fields.addLower("retry-after", "Retry-After", String(RETRY_AFTER_SECONDS));
  fields.addLower("proxy-status", "Proxy-Status", proxyStatusOf(input));
  const type = json ? "application/problem+json" : "text/html; charset=utf-8";
  return finished(input, { status, type, language: languageOf(input), text, fields });
}

/** What remains to be said of an answer: its content, and the fields that only it has. */
export interface Content {
  readonly status: number;
  readonly type: string;
  readonly language: PageLanguage | null;
  readonly text: string;
  readonly fields: FieldList;
}

/** Adds the fields that all our answers have, and leaves the body out for HEAD. */
export function finished(context: AnswerContext, content: Content): Answer {
  const { fields } = content;
  const body = Buffer.from(content.text, "utf8");
  fields.addLower("date", "Date", imfFixdate(context.wallMs));
  fields.addLower("content-type", "Content-Type", content.type);
  if (content.language !== null) fields.addLower("content-language", "Content-Language", content.language);
  fields.addLower("content-length", "Content-Length", String(body.length));
  fields.addLower("cache-control", "Cache-Control", "no-store");
  fields.addLower("x-content-type-options", "X-Content-Type-Options", "nosniff");
  fields.addLower("content-security-policy", "Content-Security-Policy", PAGE_SECURITY_POLICY);
  fields.addLower("referrer-policy", "Referrer-Policy", "no-referrer");
  return { status: content.status, fields, body: context.method === "HEAD" ? EMPTY : body };
}

/** The language that a client of these preferences is answered in. */
export const languageOf = (context: AnswerContext): PageLanguage => preferredLanguage(context.acceptLanguage);

const EMPTY = Buffer.alloc(0);

function page(input: ErrorAnswerInput, status: number): string {
  return errorPage({
    language: languageOf(input),
    reason: input.reason,
    status,
    phrase: reasonPhrase(status),
    unit: input.unit,
    target: shownTarget(input.target),
    detail: shownDetail(input),
    requestId: input.requestId ?? "",
    wallMs: input.wallMs,
  });
}

/** RFC 9457: without a type of its own the title is the status phrase; `code` is ours. */
function problem(input: ErrorAnswerInput, status: number): string {
  const language = languageOf(input);
  const detail = shownDetail(input);
  const members = {
    type: "about:blank",
    title: reasonPhrase(status),
    status,
    detail: sentenceFor(input.reason, language),
    code: input.reason,
    advice: adviceFor(input.reason, language),
    ...(detail === "" ? {} : { cause: detail }),
    target: shownTarget(input.target),
    unit: input.unit,
    ...(input.requestId === undefined ? {} : { requestId: input.requestId }),
    time: new Date(input.wallMs).toISOString(),
  };
  return `${JSON.stringify(members)}\n`;
}

const proxyStatusOf = (input: ErrorAnswerInput): string =>
  proxyStatusValue({
    unit: input.unit,
    reason: input.reason,
    nextHop: input.nextHop,
    detail: shownDetail(input),
  });

/** One short line. What an internal error says may come from anywhere, so it stays in the log. */
function shownDetail(input: ErrorAnswerInput): string {
  if (input.reason === "internal-error") return "";
  return printable(input.detail.split(/[\r\n]/, 1)[0] as string, DETAIL_CHARS_MAX);
}

/**
 * Without userinfo and without the query, which often carry secrets; cut to a line or two. The target
 * may be one that no parser took, or a whole request line: all up to the last "@" before a slash
 * counts as userinfo.
 */
function shownTarget(target: string): string {
  const [shown = "", query] = withoutUserinfo(target).split(/[?#]/, 2);
  return printable(query === undefined ? shown : `${shown}?…`, TARGET_CHARS_MAX);
}

function withoutUserinfo(target: string): string {
  const slashes = /:[/\\]+|[/\\]{2,}/.exec(target);
  const start = slashes === null ? 0 : slashes.index + slashes[0].length;
  const length = target.slice(start).search(/[/\\]/);
  const authority = length === -1 ? target.slice(start) : target.slice(start, start + length);
  const at = authority.lastIndexOf("@");
  return at === -1 ? target : `${target.slice(0, start)}…${target.slice(start + at)}`;
}

/** Control bytes and stray surrogates would garble the page, direction marks would lie in it. */
function printable(text: string, charsMax: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]/gu, "�");
  return clean.length <= charsMax ? clean : `${clean.slice(0, charsMax - 1)}…`;
}
