/** Range requests (RFC 9110 section 14) answered from what is stored. */
import type { ByteRange } from "./stored-response.ts";

/** One range as it was asked for: `last` null is "to the end", `first` null is "the last `last` bytes". */
export type RangeSpec =
  | { readonly first: number; readonly last: number | null }
  | { readonly first: null; readonly last: number };

/** More ranges than these in one request are somebody's attack (RFC 9110 section 17.15): Range is ignored. */
const RANGES_MAX = 16;

const DIGITS_MAX = 15;
const SPEC = new RegExp(`^([0-9]{1,${DIGITS_MAX}})-([0-9]{0,${DIGITS_MAX}})$|^-([0-9]{1,${DIGITS_MAX}})$`);

/** The ranges of a Range field; null when it is not valid, of another unit or too many: it is ignored then. */
export function parseRange(value: string): readonly RangeSpec[] | null {
  const match = /^bytes=(.*)$/i.exec(value);
  if (match === null) return null;
  const specs: RangeSpec[] = [];
  for (const part of (match[1] as string).split(",")) {
    const text = part.trim();
    if (text === "") continue;
    const spec = parseSpec(text);
    if (spec === null || specs.length === RANGES_MAX) return null;
    specs.push(spec);
  }
  return specs.length === 0 ? null : specs;
}

function parseSpec(text: string): RangeSpec | null {
  const match = SPEC.exec(text);
  if (match === null) return null;
  if (match[3] !== undefined) return { first: null, last: Number(match[3]) };
  const first = Number(match[1]);
  if (match[2] === "") return { first, last: null };
  const last = Number(match[2]);
  return last < first ? null : { first, last };
}

/** The bytes that a spec selects of a representation of that length; null when it selects none (section 14.1.2). */
function selectedRange(spec: RangeSpec, completeBytes: number): ByteRange | null {
  if (spec.first === null) {
    if (spec.last === 0 || completeBytes === 0) return null;
    return { first: Math.max(0, completeBytes - spec.last), last: completeBytes - 1 };
  }
  if (spec.first >= completeBytes) return null;
  return { first: spec.first, last: Math.min(spec.last ?? completeBytes - 1, completeBytes - 1) };
}

/**
 * What a Range selects: the satisfiable ranges; "unsatisfiable" (416) when there is none; "whole" where the
 * ranges ask for more than the whole has, so that sending it is cheaper.
 */
export function selectedRanges(
  specs: readonly RangeSpec[],
  completeBytes: number,
): readonly ByteRange[] | "unsatisfiable" | "whole" {
  const ranges: ByteRange[] = [];
  let bytes = 0;
  for (const spec of specs) {
    const range = selectedRange(spec, completeBytes);
    if (range === null) continue;
    ranges.push(range);
    bytes += range.last - range.first + 1;
  }
  if (ranges.length === 0) return "unsatisfiable";
  return ranges.length > 1 && bytes > completeBytes ? "whole" : ranges;
}

/** `bytes 0-4/10` (section 14.4); the complete length may be unknown. */
export const contentRangeText = (range: ByteRange, completeBytes: number | null): string =>
  `bytes ${range.first}-${range.last}/${completeBytes ?? "*"}`;

const CONTENT_RANGE = new RegExp(
  `^bytes ([0-9]{1,${DIGITS_MAX}})-([0-9]{1,${DIGITS_MAX}})/(?:([0-9]{1,${DIGITS_MAX}})|\\*)$`,
  "i",
);

/** A Content-Range of a 206; null when it is missing or contradicts itself. */
export function parseContentRange(
  value: string | undefined,
): { readonly range: ByteRange; readonly completeBytes: number | null } | null {
  const match = CONTENT_RANGE.exec(value ?? "");
  if (match === null) return null;
  const range = { first: Number(match[1]), last: Number(match[2]) };
  const completeBytes = match[3] === undefined ? null : Number(match[3]);
  if (range.last < range.first || (completeBytes !== null && range.last >= completeBytes)) return null;
  return { range, completeBytes };
}
