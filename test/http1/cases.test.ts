/**
 * The readable vectors of cases/*.md. Each is a heading, some prose, an optional comment with options, an
 * `http` block (line breaks only wrap it: every CR and LF is written \r \n) and the events as a `log` block.
 * Each is fed whole, byte by byte, and cut in two at every offset.
 *
 * Options: `<!-- response to HEAD, GET -->`, `<!-- closes -->`, `<!-- limits 20 100 2 -->` (request line,
 * head, fields).
 */
import { readdirSync, readFileSync } from "node:fs";
import t from "tap";
import type { HeadLimits } from "#http1/parser-event.ts";
import { everyOffset, LIMITS, piecesOf, requestEvents, responseEvents, unescaped } from "./event-log.ts";

const FOLDER = "test/http1/cases";

interface Case {
  readonly name: string;
  readonly bytes: Buffer;
  readonly expected: readonly string[];
  readonly run: (pieces: readonly Buffer[]) => readonly string[];
}

function limitsOf(options: string): HeadLimits {
  const found = /limits (\d+) (\d+) (\d+)/.exec(options);
  if (found === null) return LIMITS;
  const [requestLineBytesMax = 0, headBytesMax = 0, headFieldsMax = 0] = found.slice(1).map(Number);
  return { requestLineBytesMax, headBytesMax, headFieldsMax };
}

function caseOf(section: string, file: string): Case {
  const name = section.slice(0, section.indexOf("\n"));
  const http = /```http\n([\s\S]*?)```/.exec(section)?.[1];
  const log = /```log\n([\s\S]*?)```/.exec(section)?.[1];
  if (http === undefined || log === undefined) throw new Error(`${file}: "${name}" lacks a block`);
  const options = [...section.matchAll(/<!--(.*?)-->/g)].map((match) => match[1]).join(" ");
  const limits = limitsOf(options);
  const methods = /response to ([A-Z, ]+)/.exec(options)?.[1];
  const closes = options.includes("closes");
  return {
    name,
    bytes: unescaped(http),
    expected: log.split("\n").filter((line) => line !== ""),
    run: (pieces) =>
      methods === undefined
        ? requestEvents(pieces, limits)
        : responseEvents(pieces, { methods: methods.split(/[, ]+/).filter(Boolean), closes, limits }),
  };
}

for (const file of readdirSync(FOLDER).sort()) {
  const sections = readFileSync(`${FOLDER}/${file}`, "utf8").split(/^## /m).slice(1);
  t.test(file, async (t) => {
    for (const section of sections) {
      const { name, bytes, expected, run } = caseOf(section, file);
      t.strictSame(run([bytes]), expected, `${name}: whole`);
      t.strictSame(run(piecesOf(bytes, everyOffset(bytes))), expected, `${name}: byte by byte`);
      const bad = everyOffset(bytes).find(
        (cut) => run(piecesOf(bytes, [cut])).join("\n") !== expected.join("\n"),
      );
      t.equal(bad, undefined, `${name}: cut in two at every offset`);
    }
  });
}
