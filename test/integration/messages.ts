/** Messages as text, for the dialogues. */
import type { RawOrigin } from "#test/support/raw-origin.ts";

const head = (...lines: readonly string[]): string => `${lines.join("\r\n")}\r\n\r\n`;

/** An answer of known length. */
export const ok = (body: string, ...fields: readonly string[]): string =>
  head("HTTP/1.1 200 OK", `Content-Length: ${body.length}`, ...fields) + body;

/** The head of a request to that origin, in absolute form. */
export const requestTo = (
  origin: Pick<RawOrigin, "authority">,
  methodAndPath: string,
  ...fields: readonly string[]
): string => {
  const [method, path] = methodAndPath.split(" ");
  const { authority } = origin;
  return head(`${method} http://${authority}${path} HTTP/1.1`, `Host: ${authority}`, ...fields);
};

export const get = (
  origin: Pick<RawOrigin, "authority">,
  path: string,
  ...fields: readonly string[]
): string => requestTo(origin, `GET ${path}`, ...fields);

export const post = (origin: Pick<RawOrigin, "authority">, ...fields: readonly string[]): string =>
  requestTo(origin, "POST /post", ...fields);

export const connectTo = (origin: Pick<RawOrigin, "authority">, ...fields: readonly string[]): string =>
  head(`CONNECT ${origin.authority} HTTP/1.1`, `Host: ${origin.authority}`, ...fields);
