/** One member of Accept-Encoding, Accept-Language or Accept-Charset (RFC 9110 section 12.4.2). */
export interface WeightedMember {
  /** In lower case. */
  readonly text: string;
  readonly weight: number;
}

const MEMBER = /^([!#$%&'*+.^_`|~0-9a-z-]+)(?:[ \t]*;[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?$/;

/**
 * The members of a list of weighted tokens, the most wanted first and equals by name, each once. Null when
 * the value has another form: then nothing is known about what it means.
 */
export function weightedMembers(value: string): readonly WeightedMember[] | null {
  const weights = new Map<string, number>();
  for (const part of value.toLowerCase().split(",")) {
    const trimmed = part.trim();
    if (trimmed === "") continue;
    const match = MEMBER.exec(trimmed);
    if (match === null) return null;
    const text = match[1] as string;
    const weight = match[2] === undefined ? 1 : Number(match[2]);
    if (weights.has(text) && weights.get(text) !== weight) return null;
    weights.set(text, weight);
  }
  return [...weights]
    .map(([text, weight]) => ({ text, weight }))
    .sort((one, other) => other.weight - one.weight || (one.text < other.text ? -1 : 1));
}
