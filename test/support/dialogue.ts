import { FieldList } from "#http/field-list.ts";
import type { Framing, ResponseHead } from "#http/message-head.ts";

/** A request as clients send it to a proxy. */
export const GET = "GET http://origin.example/a?b HTTP/1.1\r\nHost: origin.example\r\n\r\n";

/** The Date of every origin's answer: time is fixed in these tests. */
export const DATE = "Sun, 06 Nov 1994 08:49:37 GMT";

/** The head of an origin's answer. */
export function answer(status: number, framing: Framing, fields: Record<string, string> = {}): ResponseHead {
  const list = new FieldList();
  list.add("Date", DATE);
  for (const [name, value] of Object.entries(fields)) list.add(name, value);
  return { status, reasonPhrase: "Fine", minorVersion: 1, fields: list, framing, keepAlive: true };
}
