/** Answers that are made once and sent often: a text with a place for the date. */
import { FieldList } from "#http/field-list.ts";
import { reasonPhrase } from "#http/status.ts";
import { responseHeadText } from "#http1/serialize.ts";

export interface Answer {
  readonly status: number;
  /** The status line, and the name of the field whose value is the date. */
  readonly start: string;
  /** From the end of the date to the empty line. */
  readonly fields: string;
  /** ASCII. */
  readonly body: string;
}

type Fields = Readonly<Record<string, string>>;

/** `fields` in their order; Date and Content-Length are added. 304 has no length (RFC 9110 section 15.4.5). */
export function makeAnswer(status: number, fields: Fields, body: string): Answer {
  const list = new FieldList();
  for (const [name, value] of Object.entries(fields)) list.add(name, value);
  if (status !== 304) list.add("Content-Length", String(body.length));
  const head = responseHeadText(status, reasonPhrase(status), list);
  const lineEnd = head.indexOf("\r\n");
  return { status, start: `${head.slice(0, lineEnd)}\r\nDate: `, fields: head.slice(lineEnd), body };
}

/** An error with a sentence for people. */
export const plainAnswer = (status: number, sentence: string, fields: Fields = {}): Answer =>
  makeAnswer(status, { "Content-Type": "text/plain; charset=us-ascii", ...fields }, `${sentence}\n`);

/** The whole message. `date` is an IMF-fixdate; `closes`: no further request is answered. */
export function answerText(answer: Answer, date: string, closes: boolean, withBody: boolean): string {
  const close = closes ? "\r\nConnection: close" : "";
  return `${answer.start}${date}${close}${answer.fields}${withBody ? answer.body : ""}`;
}
