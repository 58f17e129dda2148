/** The response parser, on answers to GET and HEAD, with and without the end of the connection. */
import type { ResponseHead } from "#http/message-head.ts";
import { ResponseParser } from "#http1/response-parser.ts";
import { responseHeadText } from "#http1/serialize.ts";
import { LIMITS, responseEvents } from "#test/http1/event-log.ts";
import { responses } from "./grammar.ts";
import { askLlhttp } from "./llhttp-oracle.ts";
import { cutFault, oracleFault, readAll } from "./message-properties.ts";
import { mutate } from "./mutate.ts";
import type { Rng } from "./rng.ts";
import { broken, type FuzzTarget, holds, type Verdict } from "./target.ts";

function roundTripFault(head: ResponseHead, method: string): string | null {
  if (head.minorVersion === 0) return null;
  const parser = new ResponseParser(LIMITS);
  parser.expect(method);
  parser.push(Buffer.from(responseHeadText(head.status, head.reasonPhrase, head.fields), "latin1"));
  parser.next();
  const text = (of: ResponseHead): string => JSON.stringify({ ...of, fields: of.fields.pairs() });
  return text(parser.head) === text(head)
    ? null
    : `written again: ${text(parser.head)}\nbefore: ${text(head)}`;
}

function check(input: Buffer, rng: Rng): Verdict {
  const method = rng.oneIn(4) ? "HEAD" : "GET";
  const parser = new ResponseParser(LIMITS);
  const heads: ResponseHead[] = [];
  parser.expect(method);
  const reading = readAll(
    parser,
    input,
    () => {
      heads.push(parser.head);
      return { start: `${parser.head.status}`, pairs: parser.head.fields.pairs() };
    },
    () => {
      if (!parser.head.keepAlive) return false;
      parser.expect(method);
      return true;
    },
  );
  if (reading.calls > input.length * 2 + 8) return broken(`${reading.calls} calls for ${input.length} bytes`);
  for (const head of heads) {
    const fault = roundTripFault(head, method);
    if (fault !== null) return broken(fault);
  }
  const run = { methods: [method, method, method, method, method, method], closes: rng.oneIn(2) };
  const cut = cutFault(input, rng, (pieces) => responseEvents(pieces, run));
  if (cut !== null) return broken(cut);
  const last = reading.accepted.at(-1);
  if (last === undefined) return holds(false);
  // 1xx has no end event here; for llhttp it is a message.
  const accepted = reading.accepted.map((message, index) => ({
    ...message,
    complete: message.complete || ((heads[index]?.status ?? 200) < 200 && heads[index]?.status !== 101),
  }));
  // llhttp ends with a 1xx that says "close"; the final answer still belongs to the request (RFC 9110 section 15.2).
  const closing = heads.findIndex((head) => head.status < 200 && !head.keepAlive);
  const asked = closing === -1 ? accepted : accepted.slice(0, closing + 1);
  const bytes = input.subarray(0, asked.at(-1)?.bytes);
  const fault = oracleFault(asked, askLlhttp("response", bytes, method === "HEAD"));
  return fault === null ? holds(last.complete) : broken(fault);
}

export const responseTarget: FuzzTarget = {
  name: "response",
  generate: (rng) => Buffer.from(mutate(responses(rng), rng), "latin1"),
  check,
};
