/**
 * The fields of a head, in the order they arrived (RFC 9110 section 5.3), as one flat array:
 * lower-case name, name as received, value, and so on. Flat because a head is built for every
 * transaction and one array is cheaper than one object a field.
 */
export class FieldList {
  readonly #flat: string[] = [];

  /** Appends a field. `name` keeps its case on the wire; `value` is already free of outer blanks. */
  add(name: string, value: string): void {
    this.#flat.push(name.toLowerCase(), name, value);
  }

  /** As `add`, for a caller that has the lower-case name at hand. */
  addLower(lowerName: string, name: string, value: string): void {
    this.#flat.push(lowerName, name, value);
  }

  /** The number of field lines. */
  get length(): number {
    return this.#flat.length / 3;
  }

  /** The lower-case name of line `index`. */
  nameAt(index: number): string {
    return this.#flat[index * 3] as string;
  }

  /** The name of line `index` as it was received. */
  rawNameAt(index: number): string {
    return this.#flat[index * 3 + 1] as string;
  }

  /** The value of line `index`. */
  valueAt(index: number): string {
    return this.#flat[index * 3 + 2] as string;
  }

  /** The value of the first line of that lower-case name. */
  get(lowerName: string): string | undefined {
    const flat = this.#flat;
    for (let at = 0; at < flat.length; at += 3) {
      if (flat[at] === lowerName) return flat[at + 2];
    }
    return undefined;
  }

  /** The combined value of all lines of that name, joined by ", " (RFC 9110 section 5.3). */
  combined(lowerName: string): string | undefined {
    let all: string | undefined;
    const flat = this.#flat;
    for (let at = 0; at < flat.length; at += 3) {
      if (flat[at] === lowerName) all = all === undefined ? flat[at + 2] : `${all}, ${flat[at + 2]}`;
    }
    return all;
  }

  /** How many lines carry that lower-case name. */
  count(lowerName: string): number {
    let lines = 0;
    const flat = this.#flat;
    for (let at = 0; at < flat.length; at += 3) if (flat[at] === lowerName) lines += 1;
    return lines;
  }

  /** Removes every line of that lower-case name. Not for the hot path: it scans and shifts. */
  remove(lowerName: string): void {
    const flat = this.#flat;
    for (let at = flat.length - 3; at >= 0; at -= 3) if (flat[at] === lowerName) flat.splice(at, 3);
  }

  /** The lines as [name as received, value] pairs: for tests, logs and adapters, not the hot path. */
  pairs(): readonly (readonly [string, string])[] {
    const pairs: (readonly [string, string])[] = [];
    for (let index = 0; index < this.length; index += 1) {
      pairs.push([this.rawNameAt(index), this.valueAt(index)]);
    }
    return pairs;
  }
}
