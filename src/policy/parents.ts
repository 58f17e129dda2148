import type { Authority } from "#http/authority.ts";
import { classifyHost } from "./host-literal.ts";

/** Where a parent listens, and whether TLS is spoken to it. */
export interface ParentEndpoint {
  readonly secure: boolean;
  readonly authority: Authority;
}

const PARENT_URL = /^(https?):\/\/(\[[0-9a-fA-F:.]+\]|[^/@:?#[\]]+)(?::([0-9]{1,5}))?\/?$/;

/** Parses http://host:port or https://host:port (ports default to 80 and 443); null when malformed. */
export function parseParentUrl(url: string): ParentEndpoint | null {
  const match = PARENT_URL.exec(url);
  if (match === null) return null;
  const [, scheme = "", writtenHost = "", writtenPort] = match;
  const host = classifyHost(writtenHost);
  const secure = scheme === "https";
  const port = writtenPort === undefined ? (secure ? 443 : 80) : Number(writtenPort);
  if (host.kind === "refused" || port < 1 || port > 65_535) return null;
  return { secure, authority: { host: host.kind === "name" ? host.name : host.address, port } };
}

/** Whether a pattern is an exact host, ".example.com" or "*"; anything else would silently match nothing. */
export function isDomainPattern(pattern: string): boolean {
  if (pattern === "*") return true;
  return classifyHost(pattern.startsWith(".") ? pattern.slice(1) : pattern).kind !== "refused";
}

function canonicalHost(host: string): string {
  const classified = classifyHost(host);
  if (classified.kind === "name") return classified.name;
  return classified.kind === "address" ? classified.address : host.toLowerCase();
}

function matches(pattern: string, host: string): boolean {
  if (pattern === "*") return true;
  if (!pattern.startsWith(".")) return canonicalHost(pattern) === host;
  const domain = canonicalHost(pattern.slice(1));
  return host === domain || host.endsWith(`.${domain}`);
}

/** The parents whose domain patterns cover the host, in the settings' order; none means direct. */
export function parentsFor<P extends { readonly domains: readonly string[] }>(
  host: string,
  parents: readonly P[],
): readonly P[] {
  if (parents.length === 0) return parents;
  const canonical = canonicalHost(host);
  return parents.filter((parent) => parent.domains.some((pattern) => matches(pattern, canonical)));
}
