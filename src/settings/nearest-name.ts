/** "Did you mean …?": the known name that a mistyped one is nearest to. */

/** Longer names are not compared: nobody mistypes them into something known. */
const NAME_LENGTH_MAX = 64;

/**
 * The nearest of `names` by edits (insert, delete, replace of a letter or digit; case and punctuation
 * count for nothing), or null where none is within a third of the name's length, at least two edits.
 */
export function nearestName(name: string, names: readonly string[]): string | null {
  if (name.length > NAME_LENGTH_MAX) return null;
  let nearest: string | null = null;
  let fewest = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    const edits = editDistance(plain(name), plain(candidate));
    if (edits < fewest && edits < candidate.length) [nearest, fewest] = [candidate, edits];
  }
  return nearest;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
