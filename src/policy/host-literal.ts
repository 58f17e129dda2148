/**
 * What the host of a request target is: a name, an address, or a spelling that is neither for us but
 * would be an address for some resolver or client library (RFC 6943 section 3.1.1: "2130706433",
 * "0177.0.0.1", "127.1"). The last kind is refused without ever being looked up.
 */
import { formatIpAddress, parseIpAddress } from "./ip-address.ts";

export type HostKind =
  /** Lower case, without the trailing dot. */
  | { readonly kind: "name"; readonly name: string }
  /** In canonical form. */
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "refused"; readonly why: string };

/** RFC 1035 section 2.3.4, in the text form without the trailing dot. */
const NAME_LENGTH_MAX = 253;
const LABEL_LENGTH_MAX = 63;

/** Letters, digits, hyphen, and the underscore that some hosts really have (RFC 8552 does not forbid it). */
const LABEL = /^[a-z0-9_-]+$/;

/** The "ends in a number" rule of the URL Standard, section 3.5: the last label is decimal, octal or hex. */
const NUMERIC_LABEL = /^(?:[0-9]+|0x[0-9a-f]*)$/;

const refused = (why: string): HostKind => ({ kind: "refused", why });

function classifyIpv6(text: string): HostKind {
  const address = parseIpAddress(text);
  if (address === null || address.family !== 6) return refused("not an IPv6 address without a zone");
  return { kind: "address", address: formatIpAddress(address) };
}

function classifyName(host: string): HostKind {
  const name = host.endsWith(".") ? host.slice(0, -1) : host;
  if (name.length === 0 || name.length > NAME_LENGTH_MAX) return refused("not 1 to 253 characters long");
  const labels = name.split(".");
  if (NUMERIC_LABEL.test(labels.at(-1) ?? ""))
    return refused("a number or an address in a form other than the canonical one");
  for (const label of labels) {
    if (label.length === 0 || label.length > LABEL_LENGTH_MAX)
      return refused("a label is not 1 to 63 characters long");
    if (!LABEL.test(label)) return refused("a label has other characters than letters, digits, - and _");
  }
  return { kind: "name", name };
}

/** Classifies a host, as written in a request target, with or without the brackets of an IPv6 address. */
export function classifyHost(host: string): HostKind {
  if (host.startsWith("[")) {
    return host.endsWith("]") ? classifyIpv6(host.slice(1, -1)) : refused("a bracket is not closed");
  }
  if (host.includes(":")) return classifyIpv6(host);
  const address = parseIpAddress(host);
  if (address !== null) return { kind: "address", address: formatIpAddress(address) };
  return classifyName(host.toLowerCase());
}
