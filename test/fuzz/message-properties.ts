/** Properties that hold for every input of a message parser, whatever its bytes. */
import { PARSER } from "#http1/parser-event.ts";
import type { RequestParser } from "#http1/request-parser.ts";
import type { ResponseParser } from "#http1/response-parser.ts";
import { everyOffset, piecesOf } from "#test/http1/event-log.ts";
import type { OracleAnswer, OracleMessage } from "./llhttp-oracle.ts";
import type { Rng } from "./rng.ts";

/** One accepted message, and how many bytes of the input had been consumed with its last event. */
export interface Accepted {
  readonly start: string;
  readonly pairs: readonly (readonly [string, string])[];
  body: string;
  complete: boolean;
  bytes: number;
}

export interface Reading {
  readonly accepted: readonly Accepted[];
  /** Calls of next(): more than a few a byte would not be linear. */
  readonly calls: number;
}

/** Reads the whole input; `onHead` says how the message begins, `goesOn` whether to read on after its end. */
export function readAll(
  parser: RequestParser | ResponseParser,
  input: Buffer,
  onHead: () => Pick<Accepted, "start" | "pairs">,
  goesOn: () => boolean,
): Reading {
  const accepted: Accepted[] = [];
  let calls = 0;
  parser.push(input);
  for (;;) {
    calls += 1;
    const event = parser.next();
    if (event === PARSER.needMore || event === PARSER.error) return { accepted, calls };
    if (event === PARSER.head) accepted.push({ ...onHead(), body: "", complete: false, bytes: 0 });
    const message = accepted.at(-1) as Accepted;
    if (event === PARSER.body) message.body += parser.body.toString("latin1");
    message.bytes = input.length - parser.bufferedBytes;
    if (event === PARSER.end) message.complete = true;
    if (event === PARSER.end && !goesOn()) return { accepted, calls };
  }
}

/** The same events whole, byte by byte, and cut anywhere. */
export function cutFault(
  input: Buffer,
  rng: Rng,
  events: (pieces: readonly Buffer[]) => readonly string[],
): string | null {
  const whole = events([input]).join("\n");
  const bytewise = events(piecesOf(input, everyOffset(input))).join("\n");
  if (bytewise !== whole) return `byte by byte differs from whole:\n${bytewise}\n--- whole:\n${whole}`;
  const cuts = [rng.below(input.length + 1), rng.below(input.length + 1)].sort((a, b) => a - b);
  const cut = events(piecesOf(input, cuts)).join("\n");
  return cut === whole ? null : `cut at ${cuts} differs from whole:\n${cut}\n--- whole:\n${whole}`;
}

const isSame = (ours: Accepted, theirs: OracleMessage): boolean =>
  ours.start === theirs.start &&
  ours.body === theirs.body &&
  ours.complete === theirs.complete &&
  JSON.stringify(ours.pairs) === JSON.stringify(theirs.pairs);

/** Where llhttp reads other messages out of the bytes that we accepted. */
export function oracleFault(accepted: readonly Accepted[], answer: OracleAnswer): string | null {
  if (answer.error !== null) return `accepted, but llhttp says ${answer.error}`;
  for (const [index, ours] of accepted.entries()) {
    const theirs = answer.messages[index];
    if (theirs === undefined) return `llhttp does not see message ${index}`;
    if (!isSame(ours, theirs))
      return `message ${index} differs\nours:   ${JSON.stringify(ours)}\nllhttp: ${JSON.stringify(theirs)}`;
    // After an upgrade llhttp stops, for the protocol may change; we go on until it has changed.
    if (theirs.upgrade) return null;
  }
  return answer.messages.length === accepted.length ? null : "llhttp sees more messages";
}
