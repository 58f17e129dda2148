/**
 * A program on the bridge of a test network: listens to the heartbeats of both units and sends them others, with
 * the peer's addresses on them.   { kind, count } in, "done" out
 */
import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { decodePacket, encodePacket } from "#election/packet.ts";
import { internetChecksum } from "#floating-ip/internet-checksum.ts";
import { Rng } from "#test/fuzz/rng.ts";
import { isHeartbeat, isIpv6, PacketTap, udpOffset } from "./packet-tap.ts";

export type StrangeKind = "replayed" | "forged" | "truncated" | "of another pair";

export interface StrangerMessage {
  readonly kind: StrangeKind;
  readonly count: number;
}

const IP_AT = 14;
const UDP_BYTES = 8;
const UDP = 17;
/** "FUTG": how a heartbeat begins. */
const MAGIC = 0x46_55_54_47;
const RECORDED_MAX = 300;
/** 1,000 a second for each unit: fewer than it looks at. */
const BATCH = 10;
const BATCH_MS = 5;

const rng = new Rng(11, 0);
/** What was heard from one unit, for the other. */
const heard = { a: [] as Buffer[], b: [] as Buffer[] };
const record = (from: "a" | "b") => (frame: Buffer) => {
  // Lists of connections go to the same port.
  if (!isHeartbeat(frame) || payloadOf(frame).readUInt32BE(0) !== MAGIC) return;
  if (heard[from].length >= RECORDED_MAX) heard[from].shift();
  heard[from].push(Buffer.from(frame));
};
const taps = { a: new PacketTap("to-a", record("a")), b: new PacketTap("to-b", record("b")) };

/** Puts another payload into a frame: its lengths and checksums follow. */
function withPayload(frame: Buffer, payload: Uint8Array): Buffer {
  const udpAt = udpOffset(frame);
  const made = Buffer.concat([frame.subarray(0, udpAt + UDP_BYTES), payload]);
  const udpBytes = made.length - udpAt;
  made.writeUInt16BE(udpBytes, udpAt + 4);
  made.writeUInt16BE(0, udpAt + 6);
  if (isIpv6(frame)) {
    made.writeUInt16BE(udpBytes, IP_AT + 4);
    // RFC 8200 section 8.1: here UDP's checksum is no option. Its pseudo header: addresses, length, protocol.
    const addresses = made.subarray(IP_AT + 8, udpAt);
    const ending = Buffer.alloc(8);
    ending.writeUInt32BE(udpBytes, 0);
    ending.writeUInt32BE(UDP, 4);
    const padding = Buffer.alloc(udpBytes % 2);
    const checksum = internetChecksum([addresses, ending, made.subarray(udpAt), padding]);
    made.writeUInt16BE(checksum === 0 ? 0xffff : checksum, udpAt + 6);
  } else {
    // Over IPv4 it may be left out (RFC 768), but the header has one.
    made.writeUInt16BE(made.length - IP_AT, IP_AT + 2);
    made.writeUInt16BE(0, IP_AT + 10);
    made.writeUInt16BE(internetChecksum([made.subarray(IP_AT, udpAt)]), IP_AT + 10);
  }
  return made;
}

const payloadOf = (frame: Buffer): Buffer => frame.subarray(udpOffset(frame) + UDP_BYTES);

const otherMac = (bytes: Uint8Array): Uint8Array =>
  createHmac("sha256", "the key of another pair").update(bytes).digest();

const KINDS: Readonly<Record<StrangeKind, (frame: Buffer) => Buffer>> = {
  replayed: (frame) => frame,
  forged(frame) {
    const payload = Buffer.from(payloadOf(frame));
    const at = rng.below(payload.length);
    payload[at] = (payload[at] ?? 0) ^ (1 << rng.below(8));
    return withPayload(frame, payload);
  },
  truncated(frame) {
    const payload = payloadOf(frame);
    return withPayload(frame, payload.subarray(0, rng.below(payload.length)));
  },
  "of another pair"(frame) {
    const payload = payloadOf(frame);
    const key = payload.subarray(64);
    // The layout is the pair's own, so that nothing but the number and the key tells them apart.
    const decoded = decodePacket(payload, payload.readUInt16BE(8), () => key);
    if (!decoded.ok) throw new Error(decoded.error);
    return withPayload(frame, encodePacket({ ...decoded.value, pairId: 999, holds: true }, otherMac));
  },
};

async function send({ kind, count }: StrangerMessage): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    const [from, to] = sent % 2 === 0 ? (["a", "b"] as const) : (["b", "a"] as const);
    taps[to].send(KINDS[kind](rng.pick(heard[from])));
    if (sent % BATCH === BATCH - 1) await pause(BATCH_MS);
  }
}

process.on("message", (message: StrangerMessage) => void send(message).then(() => process.send?.("done")));
process.on("disconnect", () => process.exit());
process.send?.("ready");
