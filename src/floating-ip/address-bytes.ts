/** IP addresses as the bytes that they are in packets and for the kernel. */
import type { IpAddress } from "#policy/ip-address.ts";

/** 4 or 16 bytes in network order. */
export const addressBytes = ({ family, bits }: IpAddress): Buffer =>
  Buffer.from(bits.toString(16).padStart(family === 4 ? 8 : 32, "0"), "hex");

/** The address that 4 or 16 bytes are; null for any other number of them. */
export function addressFromBytes(bytes: Buffer): IpAddress | null {
  if (bytes.length !== 4 && bytes.length !== 16) return null;
  return { family: bytes.length === 4 ? 4 : 6, bits: BigInt(`0x${bytes.toString("hex")}`) };
}
