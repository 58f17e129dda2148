/** サブネットマスク: the manual writes masks, everything else prefix lengths. */

/** Such as 255.255.255.0 for 24. */
export function netmaskOf(prefixLength: number): string {
  const bits = prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join(".");
}

/** The prefix length that a text means, as a number or as a mask; null where it is neither. */
export function prefixLengthOf(text: string): number | null {
  const trimmed = text.trim().replace(/^\//, "");
  if (/^\d{1,3}$/.test(trimmed)) return Number(trimmed) <= 128 ? Number(trimmed) : null;
  const found = Array.from({ length: 33 }, (_, length) => length).find(
    (length) => netmaskOf(length) === trimmed,
  );
  return found ?? null;
}
