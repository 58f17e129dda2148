/** The Internet checksum (RFC 1071) over byte strings of even length, one after the other. */
export function internetChecksum(parts: readonly Uint8Array[]): number {
  const bytes = Buffer.concat(parts);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
