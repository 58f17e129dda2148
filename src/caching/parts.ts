/** Stored parts of a representation (RFC 9111 sections 3.3 and 3.4). */
import { parseContentRange } from "./byte-ranges.ts";
import type { ByteRange, StoredResponse } from "./stored-response.ts";

const lengthOf = (range: ByteRange): number => range.last - range.first + 1;

/**
 * What a 206 with `contentLength` bytes holds; null when it says things that cannot both be true. One
 * exception: an origin that counts the last byte exclusively says one byte more than it sends, at the end of
 * the representation. Its first byte and its content are believed, and the end is where the content ends.
 */
export function receivedPart(
  contentRange: string | undefined,
  contentLength: number | null,
): { readonly range: ByteRange; readonly completeBytes: number | null } | null {
  const parsed = parseContentRange(contentRange);
  if (parsed === null || contentLength === null || contentLength === lengthOf(parsed.range)) return parsed;
  const { range, completeBytes } = parsed;
  const isExclusive = completeBytes === range.last + 1 && contentLength === lengthOf(range) - 1;
  if (!isExclusive || contentLength === 0) return null;
  return { range: { first: range.first, last: range.last - 1 }, completeBytes: completeBytes - 1 };
}

/** Where the bytes of `range` begin in what is held; null when they are not all held, in one part. */
export function heldAt(response: StoredResponse, range: ByteRange): number | null {
  if (response.parts === null) return range.first;
  let offset = 0;
  for (const part of response.parts) {
    if (range.first >= part.first && range.last <= part.last) return offset + range.first - part.first;
    offset += lengthOf(part);
  }
  return null;
}

/** A run of held bytes, as offsets into what is held. */
export interface HeldRun {
  readonly from: number;
  readonly to: number;
}

/** A new part put together with the held ones. */
export interface CombinedParts {
  /** What the new body begins and ends with: held bytes around those that arrive. */
  readonly before: readonly HeldRun[];
  readonly after: readonly HeldRun[];
  /** All that is held then, ascending and apart; null when it is whole. */
  readonly parts: readonly ByteRange[] | null;
}

/** How `range`, which arrives now, and `held` make one body. What both have is taken from what arrives. */
export function combineParts(
  held: readonly ByteRange[],
  range: ByteRange,
  completeBytes: number | null,
): CombinedParts {
  const before: HeldRun[] = [];
  const after: HeldRun[] = [];
  const pieces: ByteRange[] = [range];
  let offset = 0;
  for (const part of held) {
    if (part.first < range.first) {
      const last = Math.min(part.last, range.first - 1);
      before.push({ from: offset, to: offset + last - part.first + 1 });
      pieces.push({ first: part.first, last });
    }
    if (part.last > range.last) {
      const first = Math.max(part.first, range.last + 1);
      after.push({ from: offset + first - part.first, to: offset + lengthOf(part) });
      pieces.push({ first, last: part.last });
    }
    offset += lengthOf(part);
  }
  const parts = joined(pieces);
  const [only] = parts;
  const isWhole =
    completeBytes !== null && parts.length === 1 && only?.first === 0 && only.last === completeBytes - 1;
  return { before, after, parts: isWhole ? null : parts };
}

function joined(pieces: readonly ByteRange[]): readonly ByteRange[] {
  const sorted = [...pieces].sort((one, other) => one.first - other.first);
  const parts: ByteRange[] = [];
  for (const piece of sorted) {
    const previous = parts.at(-1);
    if (previous !== undefined && previous.last + 1 >= piece.first) {
      parts[parts.length - 1] = { first: previous.first, last: Math.max(previous.last, piece.last) };
    } else parts.push(piece);
  }
  return parts;
}

/**
 * The one range that is missing from a representation of which something is held; null when more than one is
 * missing, or the length is not known. `last` null is "to the end".
 */
export function missingRange(
  response: StoredResponse,
): { readonly first: number; readonly last: number | null } | null {
  const { parts, completeBytes } = response;
  if (parts === null || completeBytes === null || parts.length > 2) return null;
  const [one, two] = parts;
  if (one === undefined) return null;
  const endsAtEnd = (two ?? one).last === completeBytes - 1;
  if (two === undefined) {
    if (one.first === 0) return { first: one.last + 1, last: null };
    return endsAtEnd ? { first: 0, last: one.first - 1 } : null;
  }
  return one.first === 0 && endsAtEnd ? { first: one.last + 1, last: two.first - 1 } : null;
}
