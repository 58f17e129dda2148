/** Frames and netlink messages from outside: any bytes are read to an end, and a claim can be written again. */
import { announcements, claimOf, question } from "#floating-ip/address-frame.ts";
import { addAddress, getLink, parseNetlink, removeAddress } from "#floating-ip/netlink-message.ts";
import { type IpAddress, parseIpAddress } from "#policy/ip-address.ts";
import type { Rng } from "./rng.ts";
import { broken, type FuzzTarget, holds, type Verdict } from "./target.ts";

function address(rng: Rng): IpAddress {
  if (rng.oneIn(2)) return { family: 4, bits: BigInt(rng.next()) };
  const parts = [rng.next(), rng.next(), rng.next(), rng.next()];
  return { family: 6, bits: parts.reduce((bits, part) => (bits << 32n) | BigInt(part), 0n) };
}

function original(rng: Rng): Buffer {
  const mac = Buffer.from(Array.from({ length: 6 }, () => rng.below(256)));
  switch (rng.below(5)) {
    case 0:
      return question(address(rng), mac);
    case 1:
      return addAddress(address(rng), rng.below(100), rng.below(60), rng.next());
    case 2:
      return Buffer.concat([
        removeAddress(address(rng), rng.below(100), rng.next()),
        getLink("eth0", rng.next()),
      ]);
    default:
      return rng.pick(announcements(address(rng), mac, mac));
  }
}

function generate(rng: Rng): Buffer {
  const bytes = original(rng);
  if (rng.oneIn(3)) return bytes;
  for (let left = 1 + rng.below(4); left > 0; left -= 1) bytes[rng.below(bytes.length)] = rng.below(256);
  return rng.oneIn(4) ? bytes.subarray(0, rng.below(bytes.length)) : bytes;
}

function check(input: Buffer): Verdict {
  for (const message of parseNetlink(input))
    if (message.kind === "address" && parseIpAddress(message.address.address) === null)
      return broken(`read as ${message.address.address}`);
  const claim = claimOf(input);
  if (claim === null) return holds(false);
  const claimed = parseIpAddress(claim.address);
  if (claimed === null) return broken(`claims ${claim.address}`);
  const [again = Buffer.alloc(0)] = announcements(claimed, Buffer.from(claim.mac, "hex"), null);
  return JSON.stringify(claimOf(again)) === JSON.stringify(claim)
    ? holds(true)
    : broken(`written again as ${again.toString("hex")}`);
}

export const linkTarget: FuzzTarget = { name: "link", generate, check };
