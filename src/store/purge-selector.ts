/** Whether an entry is meant by a purge. */
import type { PurgeSelector } from "#caching/cache-store.ts";
import type { StoredRecord } from "./record.ts";

type Match = (record: StoredRecord) => boolean;

/**
 * "*" is any run, "?" any one character; all else stands for itself. Goes back to the last "*" only, so that
 * its time is bounded by the product of both lengths, whatever the pattern.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  let at = 0;
  let within = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    if (pattern[within] === "*") {
      star = within;
      starAt = at;
      within += 1;
    } else if (within < pattern.length && (pattern[within] === "?" || pattern[within] === text[at])) {
      at += 1;
      within += 1;
    } else if (star >= 0) {
      starAt += 1;
      at = starAt;
      within = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[within] === "*") within += 1;
  return within === pattern.length;
}

/** The host of a key, without its port, in lower case. */
function hostOf(key: string): string {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(key)?.[1] ?? "";
  return authority.replace(/:\d*$/, "").toLowerCase();
}

function mediaTypeMatch(wanted: string): Match {
  const type = wanted.trim().toLowerCase();
  const isRange = type.endsWith("/*");
  return ({ response }) => {
    const found = (response.fields.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    return isRange ? found.startsWith(type.slice(0, -1)) : found === type;
  };
}

/** The test for a selector; `wallMs` is the time that ages are measured from. */
export function purgeMatch(selector: PurgeSelector, wallMs: number): Match {
  switch (selector.by) {
    case "url":
      return ({ key }) => key === selector.url;
    case "prefix":
      return ({ key }) => key.startsWith(selector.prefix);
    case "host": {
      const host = selector.host.toLowerCase();
      return ({ key }) => hostOf(key) === host;
    }
    case "pattern":
      return ({ key }) => matchesPattern(key, selector.pattern);
    case "tag":
      return ({ response }) => response.tags.includes(selector.tag);
    case "content-type":
      return mediaTypeMatch(selector.contentType);
    case "age":
      return ({ response }) => wallMs - response.responseWallMs > selector.olderThanMs;
    case "all":
      return () => true;
  }
}
