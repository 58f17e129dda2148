/** The layout of the packet, byte for byte, and every way in which a datagram is none. */
import { createHmac } from "node:crypto";
import t from "tap";
import { decodePacket, encodePacket, HEALTHS, type Mac, type Packet, STATES } from "#election/packet.ts";

const mac: Mac = (bytes) => createHmac("sha256", "key").update(bytes).digest();
const otherMac: Mac = (bytes) => createHmac("sha256", "other").update(bytes).digest();

const PACKET: Packet = {
  path: 1,
  home: "standby",
  pairId: 0x0102,
  unitId: 0x0a_0b_0c_0d_0e_0f,
  nonce: 0x11_12_13_14_15_16,
  sequence: 0x21_22_23_24_25_26,
  roleActive: true,
  state: "handing-over",
  holds: true,
  hears: true,
  asks: false,
  health: "gateway",
  intervalMs: 2_000,
  count: 5,
  addressesDigest: 0xde_ad_be_ef,
  sentUs: 0x31_32_33_34_35_36,
  echoNonce: 0x41_42_43_44_45_46,
  echoSentUs: 0x51_52_53_54_55_56,
  echoHeldUs: 0x61_62_63_64,
};

const HEX =
  "46555447 01 07 04 01 0102 0005 000007d0 deadbeef 0a0b0c0d0e0f 111213141516 212223242526 313233343536" +
  " 414243444546 515253545556 61626364 04 01 0000";

const faultOf = (bytes: Uint8Array, key: Mac | null = null): string => {
  const decoded = decodePacket(bytes, 0x0102, key);
  return decoded.ok ? "accepted" : decoded.error;
};

const changed = (at: number, value: number): Uint8Array => {
  const bytes = encodePacket(PACKET, null);
  bytes[at] = value;
  return bytes;
};

t.test("the layout", async (t) => {
  t.equal(Buffer.from(encodePacket(PACKET, null)).toString("hex"), HEX.replaceAll(" ", ""));
  const signed = encodePacket(PACKET, mac);
  t.equal(signed.length, 96);
  t.strictSame(Buffer.from(signed.subarray(64)), Buffer.from(mac(signed.subarray(0, 64))));
});

t.test("what is written is read, in every state and health, wherever in a buffer it lies", async (t) => {
  for (const key of [mac, null])
    for (const state of STATES)
      for (const health of HEALTHS) {
        const packet = { ...PACKET, state, health };
        const lying = Buffer.concat([Buffer.from("xyz"), encodePacket(packet, key)]).subarray(3);
        t.strictSame(decodePacket(lying, 0x0102, key), { ok: true, value: packet });
      }
});

t.test("what is not of this pair has its reason", async (t) => {
  t.equal(faultOf(new Uint8Array(0)), "bad-length");
  t.equal(faultOf(encodePacket(PACKET, null).subarray(0, 63)), "bad-length");
  t.equal(faultOf(new Uint8Array(97)), "bad-length");
  t.equal(faultOf(changed(0, 0x47)), "bad-magic");
  t.equal(faultOf(changed(4, 2)), "bad-version");
  t.equal(faultOf(changed(9, 3)), "foreign-pair");
  t.equal(faultOf(changed(5, 0x17)), "bad-length", "says that it has a MAC");
});

t.test("what no unit would write is malformed", async (t) => {
  const faults: readonly (readonly [number, number])[] = [
    [5, 0x27],
    [6, 6],
    [7, 2],
    [60, HEALTHS.length],
    [61, 2],
    [63, 1],
  ];
  for (const [at, value] of faults) t.equal(faultOf(changed(at, value)), "malformed", `${value} at ${at}`);
  const wrong: readonly Partial<Packet>[] = [
    { nonce: 0 },
    { intervalMs: 0 },
    { intervalMs: 60_001 },
    { count: 0 },
    { count: 1_001 },
    { echoNonce: 0 },
  ];
  for (const change of wrong)
    t.equal(faultOf(encodePacket({ ...PACKET, ...change }, null)), "malformed", JSON.stringify(change));
});

t.test("with a key only authentic packets count, without one only those without a MAC", async (t) => {
  t.equal(faultOf(encodePacket(PACKET, mac), mac), "accepted");
  t.equal(faultOf(encodePacket(PACKET, otherMac), mac), "bad-mac");
  t.equal(faultOf(encodePacket(PACKET, null), mac), "not-authenticated");
  t.equal(faultOf(encodePacket(PACKET, mac), null), "unexpected-mac");
  for (let bit = 0; bit < 96 * 8; bit += 1) {
    const bytes = encodePacket(PACKET, mac);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (faultOf(bytes, mac) === "accepted") t.fail(`bit ${bit} may be turned`);
  }
});
