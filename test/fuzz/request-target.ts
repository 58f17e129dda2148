/** The request parser, on whole requests and on chunked bodies. */
import type { RequestHead } from "#http/message-head.ts";
import { PARSER } from "#http1/parser-event.ts";
import { RequestParser } from "#http1/request-parser.ts";
import { requestHeadText } from "#http1/serialize.ts";
import { LIMITS, requestEvents } from "#test/http1/event-log.ts";
import { chunkedBody, requests } from "./grammar.ts";
import { askLlhttp, isKnownToLlhttp } from "./llhttp-oracle.ts";
import { type Accepted, cutFault, oracleFault, readAll } from "./message-properties.ts";
import { mutate } from "./mutate.ts";
import type { Rng } from "./rng.ts";
import { broken, type FuzzTarget, holds, type Verdict } from "./target.ts";

/** Why llhttp's answer is not asked for: it is no matter of strictness. */
function isOutsideOracle(head: RequestHead): boolean {
  // It knows a list of methods only, and some of those only for RTSP, ICE and HTTP/2.
  return !isKnownToLlhttp(head.method) || RTSP_AND_SUCH.has(head.method);
}

const RTSP_AND_SUCH = new Set([
  ...["DESCRIBE", "ANNOUNCE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER"],
  ...["REDIRECT", "RECORD", "FLUSH", "PRI", "SOURCE"],
]);

/**
 * Written again from its parts, a 1.1 head reads the same, also from what a parser remembers of the head before.
 * (A 1.0 head becomes one of 1.1, which needs Host.)
 */
function roundTripFault(head: RequestHead): string | null {
  if (head.minorVersion === 0) return null;
  const parser = new RequestParser(LIMITS);
  const bytes = Buffer.from(requestHeadText(head.method, head.rawTarget, head.fields), "latin1");
  const text = (of: RequestHead): string => JSON.stringify({ ...of, fields: of.fields.pairs() });
  const times = head.framing.kind === "none" && head.keepAlive ? 2 : 1;
  for (let time = 0; time < times; time += 1) {
    parser.push(bytes);
    parser.next();
    const again = parser.head;
    if (text(again) !== text(head)) return `written again: ${text(again)}\nbefore: ${text(head)}`;
    while (parser.next() !== PARSER.needMore);
  }
  return null;
}

function check(input: Buffer, rng: Rng): Verdict {
  const parser = new RequestParser(LIMITS);
  const heads: RequestHead[] = [];
  const reading = readAll(
    parser,
    input,
    () => {
      heads.push(parser.head);
      return { start: `${parser.head.method} ${parser.head.rawTarget}`, pairs: parser.head.fields.pairs() };
    },
    () => parser.head.method !== "CONNECT" && parser.head.keepAlive,
  );
  if (reading.calls > input.length * 2 + 8) return broken(`${reading.calls} calls for ${input.length} bytes`);
  for (const head of heads) {
    const fault = roundTripFault(head);
    if (fault !== null) return broken(fault);
  }
  const outside = heads.findIndex(isOutsideOracle);
  const asked = outside === -1 ? reading.accepted : reading.accepted.slice(0, outside);
  const fault = cutFault(input, rng, requestEvents) ?? askFault(input, asked);
  return fault === null ? holds(reading.accepted.at(-1)?.complete === true) : broken(fault);
}

function askFault(input: Buffer, accepted: readonly Accepted[]): string | null {
  const last = accepted.at(-1);
  return last === undefined
    ? null
    : oracleFault(accepted, askLlhttp("request", input.subarray(0, last.bytes), false));
}

export const requestTarget: FuzzTarget = {
  name: "request",
  generate: (rng) => Buffer.from(mutate(requests(rng), rng), "latin1"),
  check,
};

const CHUNKED_HEAD = "POST http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

export const chunkedTarget: FuzzTarget = {
  name: "chunked",
  generate: (rng) => Buffer.from(CHUNKED_HEAD + mutate(chunkedBody(rng), rng), "latin1"),
  check,
};
