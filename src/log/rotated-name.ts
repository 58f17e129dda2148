/**
 * Names of rotated files: the file's own name, then the local time of its last line, then a number where
 * two would be equal: `access.log.20260131-235958`, `access.log.20260131-235958.1`. One rename rotates,
 * and a crash between two steps leaves nothing half shifted. Sorted by name is sorted by time.
 */

const two = (value: number): string => String(value).padStart(2, "0");

/** The local calendar day, such as `20260131`. */
export function localDay(wallMs: number): string {
  const date = new Date(wallMs);
  return `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
}

function localStamp(wallMs: number): string {
  const date = new Date(wallMs);
  return `${localDay(wallMs)}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}

const ROTATED_TAIL = /^\.(\d{8}-\d{6})(?:\.(\d+))?$/;

/** A name that is not among `taken` for the file `base` whose last line is from `lastWallMs`. */
export function rotatedName(base: string, lastWallMs: number, taken: readonly string[]): string {
  const name = `${base}.${localStamp(lastWallMs)}`;
  if (!taken.includes(name)) return name;
  let number = 1;
  while (taken.includes(`${name}.${number}`)) number += 1;
  return `${name}.${number}`;
}

/** Of the names in a folder, the rotated files of `base` beyond the newest `keep`, oldest first. */
export function namesToRemove(base: string, names: readonly string[], keep: number): readonly string[] {
  const rotated = names.flatMap((name) => {
    const match = name.startsWith(base) ? ROTATED_TAIL.exec(name.slice(base.length)) : null;
    return match === null ? [] : [{ name, stamp: match[1] ?? "", number: Number(match[2] ?? 0) }];
  });
  rotated.sort((a, b) => (a.stamp === b.stamp ? a.number - b.number : a.stamp < b.stamp ? -1 : 1));
  return rotated.slice(0, Math.max(0, rotated.length - keep)).map(({ name }) => name);
}
