/** Authorities and request targets, against the URL parser that browsers share with Node. */
import { authorityText, parseAuthority } from "#http/authority.ts";
import { parseRequestTarget } from "#http/request-target.ts";
import { host } from "./grammar.ts";
import { mutate } from "./mutate.ts";
import type { Rng } from "./rng.ts";
import { broken, type FuzzTarget, holds, type Verdict } from "./target.ts";

const ALPHABET = "ab.-_:[]0129fx%@/?#\\ ~!$&'()*+,;=|{}^`\"<>\t\0\x80\xff";

function authority(rng: Rng): string {
  if (rng.oneIn(3)) return rng.some(12, () => ALPHABET[rng.below(ALPHABET.length)] as string);
  if (rng.oneIn(3))
    return `[${rng.some(9, () => rng.pick(["::", ":", "1", "ffff", "1.2.3.4", "0", "%eth0"]))}]${rng.pick(["", ":80", ":"])}`;
  return host(rng);
}

const target = (rng: Rng): string =>
  rng.oneIn(2)
    ? authority(rng)
    : `${rng.pick(["http://", "https://", "HtTp://", "ftp://", "//", ""])}${authority(rng)}${rng.pick(["", "/", "/a?b", "?a", "/a\\b", "#", "?a\\b"])}`;

/** Names that the URL Standard reads as IPv4 numbers or as Punycode: it changes or refuses those. */
const isRewrittenByUrl = (name: string): boolean => /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$|xn--/.test(name);

function authorityFault(text: string): string | null {
  const parsed = parseAuthority(text, 80);
  if (parsed === null) return null;
  if (parsed.port < 1 || parsed.port > 65_535) return `port ${parsed.port}`;
  const written = authorityText(parsed, 80);
  const again = parseAuthority(written, 80);
  if (JSON.stringify(again) !== JSON.stringify(parsed))
    return `"${text}" → "${written}" → ${JSON.stringify(again)}`;
  if (isRewrittenByUrl(parsed.host)) return null;
  if (!URL.canParse(`http://${text}/`)) return `the URL parser refuses "${text}"`;
  const url = new URL(`http://${text}/`);
  if (Number(url.port || 80) !== parsed.port) return `"${text}": port ${parsed.port} or ${url.port}`;
  // Node writes IPv6 in its shortest form; the form that we keep must be of the same address.
  const ours = parsed.host.includes(":") ? new URL(`http://[${parsed.host}]/`).hostname : parsed.host;
  return ours === url.hostname ? null : `"${text}": host ${ours} or ${url.hostname}`;
}

function targetFault(method: string, text: string): string | null {
  const parsed = parseRequestTarget(method, text);
  if (typeof parsed === "string" || parsed.form === "asterisk" || parsed.form === "authority") return null;
  if (!/^\/[!$-;=?-~]*$/.test(parsed.path)) return `path "${parsed.path}"`;
  if (parsed.form === "origin") return null;
  const written = `${parsed.scheme}://${authorityText(parsed.authority, null)}${parsed.path}`;
  const again = parseRequestTarget(method, written);
  return JSON.stringify(again) === JSON.stringify(parsed) ? null : `"${text}" → "${written}"`;
}

function check(input: Buffer): Verdict {
  const text = input.toString("latin1");
  const fault =
    authorityFault(text) ??
    targetFault("GET", text) ??
    targetFault("OPTIONS", text) ??
    targetFault("CONNECT", text);
  if (fault !== null) return broken(fault);
  return holds(parseAuthority(text, 80) !== null || typeof parseRequestTarget("GET", text) !== "string");
}

export const authorityTarget: FuzzTarget = {
  name: "authority",
  generate: (rng) => Buffer.from(mutate(target(rng), rng), "latin1"),
  check,
};
