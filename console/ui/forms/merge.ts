/**
 * Two administrators have edited the same generation. What only one of them changed is taken from that one;
 * what both changed differently is a conflict that somebody has to decide. Lists are one value.
 */
import { type Document, isRecord, isSame } from "./settings-path.ts";

export interface Conflict {
  readonly path: string;
  readonly base: unknown;
  readonly mine: unknown;
  readonly theirs: unknown;
}

export interface Merge {
  /** With mine wherever there is a conflict. */
  readonly merged: Document;
  readonly conflicts: readonly Conflict[];
}

export function mergeDocuments(base: Document, mine: Document, theirs: Document): Merge {
  const conflicts: Conflict[] = [];
  const merged = mergeMembers({ base, mine, theirs, path: "" }, conflicts);
  return { merged, conflicts };
}

interface Place<T> {
  readonly base: T;
  readonly mine: T;
  readonly theirs: T;
  readonly path: string;
}

function mergeMembers({ base, mine, theirs, path }: Place<Document>, conflicts: Conflict[]): Document {
  const merged: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const place = {
      base: base[key],
      mine: mine[key],
      theirs: theirs[key],
      path: path === "" ? key : `${path}.${key}`,
    };
    const value = mergeValue(place, conflicts);
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}

function mergeValue({ base, mine, theirs, path }: Place<unknown>, conflicts: Conflict[]): unknown {
  if (isSame(mine, theirs) || isSame(mine, base)) return theirs;
  if (isSame(theirs, base)) return mine;
  if (isRecord(mine) && isRecord(theirs))
    return mergeMembers({ base: isRecord(base) ? base : {}, mine, theirs, path }, conflicts);
  conflicts.push({ path, base, mine, theirs });
  return mine;
}
