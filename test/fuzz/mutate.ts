import type { Rng } from "./rng.ts";

/** What parsers stumble over. */
const DICTIONARY = [
  ...[
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    "\n\n",
    "\r\r\n",
    "\r\n ",
    "\r\n\t",
    "\0",
    "\x0b",
    "\x0c",
    "\x1f",
    "\x7f",
  ],
  ...[
    "\x80",
    "\xa0",
    "\xff",
    " ",
    "\t",
    "  ",
    ":",
    ";",
    ",",
    "=",
    '"',
    "\\",
    "/",
    "?",
    "#",
    "@",
    "%",
    "*",
    "[",
    "]",
  ],
  ...["0", "1", "5", "+", "-", "_", "0x", "ffffffffffffffff", "99999999999999999999"],
  ...["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "Connection: close\r\n"],
  ...["chunked", "identity", "close", "keep-alive", "http://", "HTTP/1.0", "HTTP/1.1", "HTTP/2.0"],
  ...["0\r\n\r\n", "5\r\nhello\r\n", ";a=b", ";", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
];

function mutateOnce(text: string, rng: Rng): string {
  const at = rng.below(text.length + 1);
  const length = 1 + rng.below(rng.oneIn(4) ? 20 : 2);
  const before = text.slice(0, at);
  switch (rng.below(6)) {
    case 0:
      return before + rng.pick(DICTIONARY) + text.slice(at);
    case 1:
      return before + rng.pick(DICTIONARY) + text.slice(at + 1);
    case 2:
      return before + String.fromCharCode(rng.below(256)) + text.slice(at + 1);
    case 3:
      return before + text.slice(at + length);
    case 4:
      return before + text.slice(at, at + length) + text.slice(at);
    default: {
      const lines = text.split("\r\n");
      const one = rng.below(lines.length);
      const other = rng.below(lines.length);
      [lines[one], lines[other]] = [lines[other] as string, lines[one] as string];
      return lines.join("\r\n");
    }
  }
}

/** Leaves half of the inputs as they are, and spoils the others a little. */
export function mutate(text: string, rng: Rng): string {
  let mutated = text;
  for (let left = rng.oneIn(2) ? 0 : 1 + rng.below(3); left > 0; left -= 1)
    mutated = mutateOnce(mutated, rng);
  return mutated;
}
