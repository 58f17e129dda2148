/** Makes messages that are well-formed, or nearly: the mutator does the rest. */
import type { Rng } from "./rng.ts";

const TOKEN = "abcdefgXYZ0129-_.!#$%&'*+^`|~";
const HOSTS = [
  "a",
  "www.example.com",
  "127.0.0.1",
  "[::1]",
  "[2001:DB8::1.2.3.4]",
  "A-b_c.d.",
  "0x7f.1",
  "xn--a",
];
const METHODS = ["GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "PROPFIND"];
const VALUE = " \tabcXYZ019,;=/\"'\x80\xff()<>@{}";
const PATH = "abc/.%2F-_~!$&'()*+,;=:@|{}^`[]";

const char = (rng: Rng, alphabet: string): string => alphabet[rng.below(alphabet.length)] as string;

export const host = (rng: Rng): string => rng.pick(HOSTS) + (rng.oneIn(3) ? `:${1 + rng.below(65_536)}` : "");

const path = (rng: Rng): string =>
  `/${rng.some(12, () => char(rng, PATH))}${rng.oneIn(3) ? `?${rng.some(8, () => char(rng, `${PATH}?\\`))}` : ""}`;

const field = (rng: Rng): string => {
  const name = rng.oneIn(2)
    ? rng.pick(["Accept", "User-Agent", "cookie", "X-A", "__proto__", "VIA", "TE", "Upgrade", "Keep-Alive"])
    : char(rng, TOKEN) + rng.some(8, () => char(rng, TOKEN));
  return `${name}:${rng.pick(["", " ", "\t", "  "])}${rng.some(16, () => char(rng, VALUE))}\r\n`;
};

const connection = (rng: Rng): string =>
  `${rng.pick(["Connection", "connection", "Proxy-Connection"])}: ${rng.pick(["keep-alive", "close", "Keep-Alive, x", "upgrade", "", ",TE,", "a b"])}\r\n`;

const extension = (rng: Rng): string => `;${rng.pick(["a", "a=b", 'a="b;\\"\t"', "", "a=", "a b", 'a="'])}`;

const chunk = (rng: Rng): string => {
  const bytes = 1 + rng.below(rng.oneIn(8) ? 300 : 20);
  const size = rng.oneIn(4) ? bytes.toString(16).toUpperCase().padStart(4, "0") : bytes.toString(16);
  const data = rng.oneIn(4) ? "\r\n".repeat(bytes).slice(0, bytes) : "x".repeat(bytes);
  return `${size}${rng.oneIn(8) ? extension(rng) : ""}\r\n${data}\r\n`;
};

const trailer = (rng: Rng): string =>
  rng.oneIn(6) ? rng.pick(["Host: a\r\n", "Content-Length: 1\r\n", "X : y\r\n", " z\r\n"]) : field(rng);

/** A chunked body. */
export const chunkedBody = (rng: Rng): string =>
  `${rng.some(4, () => chunk(rng))}0${rng.oneIn(8) ? extension(rng) : ""}\r\n${rng.oneIn(4) ? rng.some(3, () => trailer(rng)) : ""}\r\n`;

/** Framing fields and the body that goes with them, mostly rightly. */
function framed(rng: Rng): readonly [string, string] {
  switch (rng.below(5)) {
    case 0: {
      const bytes = rng.below(30);
      return [
        `${rng.pick(["Content-Length", "content-length", "CONTENT-LENGTH"])}: ${bytes}\r\n`,
        "y".repeat(bytes),
      ];
    }
    case 1:
      return [
        `${rng.pick(["Transfer-Encoding", "transfer-encoding"])}: ${rng.pick(["chunked", "CHUNKED"])}\r\n`,
        chunkedBody(rng),
      ];
    case 2:
      return rng.oneIn(4) ? ["Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"] : ["", ""];
    default:
      return ["", ""];
  }
}

const fields = (rng: Rng): string => rng.some(5, () => (rng.oneIn(6) ? connection(rng) : field(rng)));

/** One to three requests in a row. */
export function requests(rng: Rng): string {
  let text = "";
  for (let left = 1 + rng.below(3); left > 0; left -= 1) {
    const authority = host(rng);
    const [framing, body] = framed(rng);
    const version = rng.oneIn(6) ? "1.0" : "1.1";
    const head = (line: string): string => `${line} HTTP/${version}\r\n`;
    const hostLine = `${rng.pick(["Host", "host", "HOST"])}: ${rng.oneIn(6) ? host(rng) : authority}\r\n`;
    if (rng.oneIn(10)) text += `${head(`CONNECT ${rng.pick(HOSTS)}:443`)}${hostLine}\r\nTLS`;
    else if (rng.oneIn(12)) text += `${head("OPTIONS *")}${hostLine}\r\n`;
    else {
      const target = rng.oneIn(3)
        ? path(rng)
        : `${rng.pick(["http", "https", "HTTP"])}://${authority}${rng.oneIn(6) ? "" : path(rng)}`;
      text += `${head(`${rng.pick(METHODS)} ${target}`)}${hostLine}${fields(rng)}${framing}${fields(rng)}\r\n${body}`;
    }
    if (rng.oneIn(8)) text += "\r\n";
  }
  return text;
}

/** One or two responses in a row, with 1xx between. */
export function responses(rng: Rng): string {
  let text = "";
  for (let left = 1 + rng.below(2); left > 0; left -= 1) {
    if (rng.oneIn(4))
      text += `HTTP/1.1 ${rng.pick(["100 Continue", "103 Early Hints"])}\r\n${fields(rng)}\r\n`;
    const [framing, body] = framed(rng);
    const status = rng.pick([
      "200 OK",
      "404 Not Found",
      "204 No Content",
      "304 Not Modified",
      "200",
      "200 ",
      "599 \xe4\t",
      "206 x",
    ]);
    text += `HTTP/1.${rng.oneIn(6) ? 0 : 1} ${status}\r\n${fields(rng)}${framing}${fields(rng)}\r\n${body}`;
  }
  return text;
}
