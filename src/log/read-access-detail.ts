/** What a line of the access log tells of how a request went, for explanations: in all three forms. */

export interface AccessDetail {
  readonly hierarchy: string;
  readonly upstream: string;
  /** As close-reason.ts names it. */
  readonly reason: string;
  readonly id: string;
  /** "-" where there is none. */
  readonly fwd: string;
  readonly notStored: string;
}

/** At the end of a line nothing is a client's: what stands there cannot be forged. */
const TRACE = "id=([0-9a-z-]+) fwd=([a-z-]+) not-stored=([a-z-]+)";
const SQUID = new RegExp(` (HIER_[A-Z]+)/(\\S+) \\S+ reason=([a-z-]+) in=\\d+ ${TRACE}$`);
const COMBINED = new RegExp(` [A-Z_]+:(HIER_[A-Z]+)/(\\S+) ms=\\d+ in=\\d+ reason=([a-z-]+) ${TRACE}$`);

/** Null where the line has no id. */
export function readAccessDetail(line: string): AccessDetail | null {
  if (line.startsWith("{")) return readJson(line);
  const [, hierarchy, upstream = "-", reason = "", id = "", fwd = "-", notStored = "-"] =
    SQUID.exec(line) ?? COMBINED.exec(line) ?? [];
  return hierarchy === undefined ? null : { hierarchy, upstream, reason, id, fwd, notStored };
}

function readJson(line: string): AccessDetail | null {
  let row: { readonly [Name in keyof AccessDetail]?: unknown };
  try {
    row = JSON.parse(line);
  } catch {
    return null;
  }
  const { hierarchy, upstream, reason, id, fwd, notStored } = row;
  if (typeof id !== "string") return null;
  return {
    hierarchy: String(hierarchy),
    upstream: String(upstream),
    reason: String(reason),
    id,
    fwd: String(fwd),
    notStored: String(notStored),
  };
}
