/**
 * Drives a parser over bytes that are cut in any way, and writes what it says as lines of text, one an
 * event: what the vectors, the corpus and the fuzzer compare. Each piece is overwritten as soon as the
 * parser asks for more, for that is what its owner may do with it.
 */
import { authorityText } from "#http/authority.ts";
import type { FieldList } from "#http/field-list.ts";
import type { Framing, RequestHead, ResponseHead } from "#http/message-head.ts";
import type { RequestTarget } from "#http/request-target.ts";
import { type HeadLimits, PARSER } from "#http1/parser-event.ts";
import { RequestParser } from "#http1/request-parser.ts";
import { ResponseParser } from "#http1/response-parser.ts";

/** The settings' defaults. */
export const LIMITS: HeadLimits = { requestLineBytesMax: 16_384, headBytesMax: 65_536, headFieldsMax: 100 };

/** Text with bytes outside printable ASCII, and the backslash, written as escapes. */
const escaped = (text: string): string =>
  text.replace(/[^ -[\]-~]/g, (character) => {
    if (character === "\r") return "\\r";
    if (character === "\n") return "\\n";
    if (character === "\t") return "\\t";
    if (character === "\\") return "\\\\";
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });

const NAMED: Readonly<Record<string, string>> = { r: "\r", n: "\n", t: "\t", "0": "\0", "\\": "\\" };

/** The reverse of `escaped`, as bytes; real line breaks in the text only wrap it. */
export const unescaped = (text: string): Buffer =>
  Buffer.from(
    text
      .replaceAll("\n", "")
      .replace(/\\(?:x([0-9a-fA-F]{2})|([rnt0\\]))/g, (_, hex: string | undefined, name: string) =>
        hex === undefined ? (NAMED[name] as string) : String.fromCharCode(Number.parseInt(hex, 16)),
      ),
    "latin1",
  );

const framingText = (framing: Framing): string =>
  framing.kind === "length" ? `length ${framing.bytes}` : framing.kind;

function targetText(target: RequestTarget): string {
  if (target.form === "absolute")
    return `absolute ${target.scheme} ${authorityText(target.authority, null)} ${target.path}`;
  if (target.form === "authority") return `authority ${authorityText(target.authority, null)}`;
  return target.form === "origin" ? `origin ${target.path}` : "asterisk";
}

const fieldLines = (word: string, fields: FieldList | null): readonly string[] =>
  fields === null
    ? []
    : fields.pairs().map(([name, value]) => `${word} ${name}: ${escaped(value)}`.trimEnd());

const persistenceText = (head: RequestHead | ResponseHead): string =>
  head.keepAlive ? "keep-alive" : "close";

const requestHeadLines = (head: RequestHead): readonly string[] => [
  `head ${head.method} 1.${head.minorVersion} ${escaped(targetText(head.target))} | ${framingText(head.framing)} | ${persistenceText(head)}`,
  ...fieldLines("field", head.fields),
];

const responseHeadLines = (head: ResponseHead): readonly string[] => [
  `head ${head.status} 1.${head.minorVersion} "${escaped(head.reasonPhrase)}" | ${framingText(head.framing)} | ${persistenceText(head)}`,
  ...fieldLines("field", head.fields),
];

/** The log being written: adjoining body pieces become one line, for the cut decides where they part. */
class EventLog {
  readonly lines: string[] = [];
  #body = "";

  add(...lines: readonly string[]): void {
    this.endBody();
    this.lines.push(...lines);
  }

  addBody(bytes: Buffer): void {
    this.#body += bytes.toString("latin1");
  }

  endBody(): void {
    if (this.#body !== "") this.lines.push(`body ${escaped(this.#body)}`);
    this.#body = "";
  }
}

/** The pieces that the offsets cut the bytes into. */
export function piecesOf(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const cut of cuts) {
    pieces.push(bytes.subarray(from, cut));
    from = cut;
  }
  pieces.push(bytes.subarray(from));
  return pieces;
}

/** Cuts that leave one byte a piece. */
export function everyOffset(bytes: Buffer): readonly number[] {
  const cuts: number[] = [];
  for (let cut = 1; cut < bytes.length; cut += 1) cuts.push(cut);
  return cuts;
}

type Parser = RequestParser | ResponseParser;

/** Pulls until the parser asks for more. "tunnel" and "error" end the run. */
function pull(parser: Parser, log: EventLog, onEnd: () => boolean): "more" | "tunnel" | "error" {
  for (;;) {
    const event = parser.next();
    if (event === PARSER.needMore) return "more";
    if (event === PARSER.head) {
      log.add(
        ...(parser instanceof RequestParser ? requestHeadLines(parser.head) : responseHeadLines(parser.head)),
      );
    } else if (event === PARSER.body) {
      if (parser.body.length === 0) throw new Error("a body event without bytes");
      log.addBody(parser.body);
    } else if (event === PARSER.end) {
      log.add(...fieldLines("trailer", parser.trailers), "end");
      if (onEnd()) return "tunnel";
    } else {
      log.add(`error ${parser.error}`);
      if (parser.next() !== PARSER.error) throw new Error("an error did not stay");
      return "error";
    }
  }
}

function drive(parser: Parser, pieces: readonly Buffer[], onEnd: () => boolean): EventLog {
  const log = new EventLog();
  let scratch = Buffer.alloc(0);
  for (let index = 0; index < pieces.length; index += 1) {
    const piece = pieces[index] as Buffer;
    if (scratch.length !== piece.length) scratch = Buffer.alloc(piece.length);
    scratch.set(piece);
    parser.push(scratch);
    const state = pull(parser, log, onEnd);
    if (state === "error") return log;
    if (state === "tunnel") {
      log.add(
        `rest ${escaped(Buffer.concat([parser.takeRest(), ...pieces.slice(index + 1)]).toString("latin1"))}`.trimEnd(),
      );
      return log;
    }
    if (parser.bufferedBytes !== 0) throw new Error("needMore with bytes left");
    scratch.fill(0xaa);
  }
  if (parser.midHead) log.add("mid-head");
  log.endBody();
  return log;
}

/** The events of requests in those pieces, to the end, the first error, or the tunnel of a CONNECT. */
export function requestEvents(pieces: readonly Buffer[], limits = LIMITS): readonly string[] {
  const parser = new RequestParser(limits);
  let method = "";
  const log = drive(parser, pieces, () => {
    method = parser.head.method;
    return method === "CONNECT";
  });
  if (log.lines.at(-1)?.startsWith("error ")) log.add(`line ${escaped(parser.requestLine)}`.trimEnd());
  return log.lines;
}

export interface ResponseRun {
  /** The methods of the requests that are answered. */
  readonly methods: readonly string[];
  /** Whether the server closes after the last byte. */
  readonly closes: boolean;
  readonly limits?: HeadLimits;
}

/** The events of responses in those pieces. */
export function responseEvents(pieces: readonly Buffer[], run: ResponseRun): readonly string[] {
  const parser = new ResponseParser(run.limits ?? LIMITS);
  const methods = [...run.methods];
  let method = methods.shift() ?? "GET";
  parser.expect(method);
  const log = drive(parser, pieces, () => {
    if (parser.head.status === 101 || (method === "CONNECT" && parser.head.status < 300)) return true;
    const next = methods.shift();
    if (next === undefined || !parser.head.keepAlive) return false;
    method = next;
    parser.expect(method);
    return false;
  });
  const last = log.lines.at(-1) ?? "";
  if (!run.closes || last.startsWith("error ") || last.startsWith("rest")) return log.lines;
  const event = parser.finish();
  log.add(event === PARSER.end ? "end" : `error ${parser.error}`);
  return log.lines;
}
