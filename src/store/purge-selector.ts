/** Whether an entry is meant by a purge. */
import type { PurgeSelector } from "#caching/cache-store.ts";
import { shellPattern } from "#caching/shell-pattern.ts";
import type { StoredRecord } from "./record.ts";

type Match = (record: StoredRecord) => boolean;

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
    case "pattern": {
      const matches = shellPattern(selector.pattern);
      return ({ key }) => matches(key);
    }
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
