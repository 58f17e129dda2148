/** The addresses of a host by family, each in the order in which the resolver gave them. */
export interface AddressesByFamily {
  readonly v6: readonly string[];
  readonly v4: readonly string[];
}

/**
 * The order in which a client tries them: IPv6 first, then alternating, so that a family that does not
 * work costs one attempt and not all of its addresses (RFC 8305 section 4, one address of the first
 * family before the first of the other).
 */
export function interleave({ v6, v4 }: AddressesByFamily): readonly string[] {
  const ordered: string[] = [];
  for (let at = 0; at < Math.max(v6.length, v4.length); at += 1)
    ordered.push(...v6.slice(at, at + 1), ...v4.slice(at, at + 1));
  return ordered;
}
