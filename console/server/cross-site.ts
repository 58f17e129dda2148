/** Whether a request was made by a page of another site: such a page must read nothing and change nothing. */
import type { IncomingHttpHeaders } from "node:http";

/** Who reads with these may go on: the page itself, or a person who typed the address. */
const READS: ReadonlySet<string> = new Set(["same-origin", "none"]);

/** The reason for a refusal, or null. `isProgram`: a bearer token, which no browser sends by itself. */
export function crossSiteFault(
  method: string,
  isProgram: boolean,
  headers: IncomingHttpHeaders,
): string | null {
  const { "sec-fetch-site": site, origin, host } = headers;
  if (typeof site === "string" && !(method === "GET" ? READS.has(site) : site === "same-origin"))
    return `Sec-Fetch-Site is ${site}`;
  if (origin !== undefined && hostOf(origin) !== host) return "Origin is another site";
  // A browser sends at least one of them with everything but GET.
  if (method !== "GET" && !isProgram && site === undefined && origin === undefined)
    return "Origin or Sec-Fetch-Site is needed";
  return null;
}

function hostOf(origin: string): string | null {
  return /^https?:\/\/([^/]+)$/.exec(origin)?.[1] ?? null;
}
