import t from "tap";
import type { Endpoints } from "#connections/connection-key.ts";
import { internetChecksum } from "#floating-ip/internet-checksum.ts";
import { tickle } from "#floating-ip/tickle-packet.ts";
import { type IpAddress, parseIpAddress } from "#policy/ip-address.ts";

const address = (text: string): IpAddress => {
  const parsed = parseIpAddress(text);
  if (parsed === null) throw new Error(text);
  return parsed;
};

const ends = (local: string, client: string): Endpoints => ({
  local: address(local),
  localPort: 3128,
  client: address(client),
  clientPort: 40_000,
});

/** RFC 9293 section 3.1: over the pseudo-header and the segment the sum is right when nothing is left. */
const isSumRight = (addresses: Buffer, tcp: Buffer): boolean =>
  internetChecksum([addresses, Buffer.from([0, 6, 0, tcp.length]), tcp]) === 0;

t.test("over IPv4: from the floating address, an ACK that can mean nothing", async (t) => {
  const packet = tickle(ends("192.0.2.100", "192.0.2.7"));
  t.equal(
    packet.toString("hex"),
    [
      "45000028" + "00004000" + "40060000" + "c0000264" + "c0000207",
      "0c389c40" + "00000000" + "00000000" + "50100400" + "7ef00000",
    ].join(""),
  );
  t.ok(isSumRight(packet.subarray(12, 20), packet.subarray(20)));
});

t.test("over IPv6", async (t) => {
  const packet = tickle(ends("2001:db8::100", "2001:db8::7"));
  t.equal(packet.length, 60);
  t.equal(packet.subarray(0, 8).toString("hex"), "6000000000140640");
  t.equal(packet.subarray(40, 44).toString("hex"), "0c389c40");
  t.equal(packet[53], 0x10, "ACK and nothing else");
  t.ok(isSumRight(packet.subarray(8, 40), packet.subarray(40)));
});

t.test("the checksum of RFC 1071's own example", async (t) => {
  t.equal(internetChecksum([Buffer.from("0001f203", "hex"), Buffer.from("f4f5f6f7", "hex")]), 0x220d);
});
