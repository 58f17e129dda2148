/** Heartbeat packets: what is accepted is written again as the same bytes, with a key and without. */
import { createHmac } from "node:crypto";
import { HOMES } from "#election/config.ts";
import { decodePacket, encodePacket, HEALTHS, type Mac, type Packet, STATES, U48 } from "#election/packet.ts";
import type { Rng } from "./rng.ts";
import { broken, type FuzzTarget, holds, type Verdict } from "./target.ts";

const PAIR = 7;
const mac: Mac = (bytes) => createHmac("sha256", "fuzz").update(bytes).digest();

const u48 = (rng: Rng): number =>
  rng.oneIn(4) ? rng.pick([0, 1, U48 - 1]) : rng.below(65_536) * 2 ** 32 + rng.next();

function packet(rng: Rng): Packet {
  const echoNonce = u48(rng);
  return {
    path: rng.below(2),
    home: rng.pick(HOMES),
    pairId: PAIR,
    unitId: u48(rng),
    nonce: Math.max(1, u48(rng)),
    sequence: u48(rng),
    roleActive: rng.oneIn(2),
    state: rng.pick(STATES),
    holds: rng.oneIn(2),
    hears: rng.oneIn(2),
    asks: rng.oneIn(2),
    health: rng.pick(HEALTHS),
    intervalMs: 1 + rng.below(60_000),
    count: 1 + rng.below(1_000),
    addressesDigest: rng.next(),
    sentUs: u48(rng),
    echoNonce,
    echoSentUs: echoNonce === 0 ? 0 : u48(rng),
    echoHeldUs: echoNonce === 0 ? 0 : rng.next(),
  };
}

/** A packet, often with bytes changed, cut off or added; sometimes with a MAC that fits what was changed. */
function generate(rng: Rng): Buffer {
  const bytes = Buffer.from(encodePacket(packet(rng), rng.oneIn(2) ? mac : null));
  if (rng.oneIn(2)) return bytes;
  for (let left = 1 + rng.below(3); left > 0; left -= 1) bytes[rng.below(bytes.length)] = rng.below(256);
  if (rng.oneIn(3) && bytes.length > 64) bytes.set(mac(bytes.subarray(0, 64)), 64);
  if (rng.oneIn(6)) return bytes.subarray(0, rng.below(bytes.length));
  return rng.oneIn(6) ? Buffer.concat([bytes, Buffer.alloc(1 + rng.below(40))]) : bytes;
}

function check(input: Buffer): Verdict {
  let accepted = false;
  for (const key of [mac, null]) {
    const decoded = decodePacket(input, PAIR, key);
    if (!decoded.ok) continue;
    if (accepted) return broken("accepted with a key and without one");
    accepted = true;
    const again = encodePacket(decoded.value, key);
    if (!input.equals(again)) return broken(`written again as ${Buffer.from(again).toString("hex")}`);
  }
  return holds(accepted);
}

export const heartbeatTarget: FuzzTarget = { name: "heartbeat", generate, check };
