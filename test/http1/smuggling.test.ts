/** Request-smuggling gadgets as data: none may pass, and each is refused for its own reason. */
import { readFileSync } from "node:fs";
import t from "tap";
import { everyOffset, piecesOf, requestEvents, unescaped } from "./event-log.ts";

interface Vector {
  readonly name: string;
  readonly bytes: string;
  readonly expected: string;
}

const { vectors, controls } = JSON.parse(readFileSync("test/http1/smuggling.json", "utf8")) as {
  readonly vectors: readonly Vector[];
  readonly controls: readonly Omit<Vector, "expected">[];
};

/** The reason of the refusal, or what was accepted instead. */
function verdict(pieces: readonly Buffer[]): string {
  const events = requestEvents(pieces);
  const error = events.find((event) => event.startsWith("error "));
  return error === undefined || events.includes("end")
    ? `accepted: ${events.join("; ")}`
    : error.slice("error ".length);
}

t.test("every smuggling gadget is refused, with its reason", async (t) => {
  for (const { name, bytes, expected } of vectors) {
    const raw = unescaped(bytes);
    t.equal(verdict([raw]), expected, name);
    t.equal(verdict(piecesOf(raw, everyOffset(raw))), expected, `${name}, byte by byte`);
  }
});

t.test("the templates of the gadgets are accepted", async (t) => {
  for (const { name, bytes } of controls) t.match(verdict([unescaped(bytes)]), /^accepted: .*end/, name);
});
