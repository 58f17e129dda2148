import { isIPv4, isIPv6 } from "node:net";
import t from "tap";
import { formatIpAddress, parseIpAddress, sameAddress, unmapped } from "#policy/ip-address.ts";

const SEED = 20_260_801;

/** Mulberry32: the same numbers for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** RFC 5952, with its own examples. */
const CANONICAL: Readonly<Record<string, string>> = {
  "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
  "2001:0db8::0001": "2001:db8::1",
  "2001:db8:0:0:0:0:2:1": "2001:db8::2:1",
  "2001:db8:0:1:1:1:1:1": "2001:db8:0:1:1:1:1:1",
  "2001:0:0:1:0:0:0:1": "2001:0:0:1::1",
  "2001:DB8::AAAA": "2001:db8::aaaa",
  "0:0:0:0:0:0:0:0": "::",
  "0:0:0:0:0:0:0:1": "::1",
  "1:0:0:0:0:0:0:0": "1::",
  "::ffff:c000:0280": "::ffff:192.0.2.128",
  "64:ff9b::192.0.2.33": "64:ff9b::c000:221",
  "1:2:3:4:5:6:7::": "1:2:3:4:5:6:7:0",
  "::2:3:4:5:6:7:8": "0:2:3:4:5:6:7:8",
  "1:2:3:4:5:6:192.0.2.1": "1:2:3:4:5:6:c000:201",
  "0.0.0.0": "0.0.0.0",
  "255.255.255.255": "255.255.255.255",
};

t.test("every form has one canonical text", async (t) => {
  for (const [text, canonical] of Object.entries(CANONICAL)) {
    const address = parseIpAddress(text);
    t.ok(address, text);
    if (address !== null) t.equal(formatIpAddress(address), canonical, text);
  }
});

t.test("malformed literals are no addresses", async (t) => {
  const malformed = [
    ...[
      "",
      "1",
      "1.2.3",
      "1.2.3.4.5",
      "01.2.3.4",
      "1.2.3.256",
      "1.2.3.4 ",
      " 1.2.3.4",
      "1.2.3.",
      "1.2.3.0x4",
    ],
    ...[":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "::g", "[::1]", "::1%lo"],
    ...["1:2:3:4:5:6:7::8", "::1.2.3", "::1.2.3.04", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4"],
    ...[":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", "1.2.3.4:80", `::${"0".repeat(60)}1`],
  ];
  for (const text of malformed) t.equal(parseIpAddress(text), null, JSON.stringify(text));
});

t.test("random addresses survive text, and Node takes the same texts for addresses", async (t) => {
  const random = seededRandom(SEED);
  const wrong: string[] = [];
  const alphabet = "0123456789abf:.:::..";
  for (let round = 0; round < 20_000; round += 1) {
    const length = 2 + Math.floor(random() * 16);
    const text = Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
    const address = parseIpAddress(text);
    if ((address !== null) !== (isIPv4(text) || isIPv6(text))) wrong.push(text);
  }
  for (let round = 0; round < 5_000; round += 1) {
    let bits = 0n;
    for (let group = 0; group < 8; group += 1)
      bits = (bits << 16n) | (random() < 0.5 ? 0n : BigInt(Math.floor(random() * 65_536)));
    for (const address of [{ family: 6, bits } as const, { family: 4, bits: bits & 0xffff_ffffn } as const]) {
      const again = parseIpAddress(formatIpAddress(address));
      if (again === null || !sameAddress(again, address)) wrong.push(formatIpAddress(address));
    }
  }
  t.strictSame(wrong, [], `seed ${SEED}`);
});

t.test("only IPv4-mapped addresses are unmapped", async (t) => {
  const text = (written: string): string => {
    const address = parseIpAddress(written);
    return address === null ? "" : formatIpAddress(unmapped(address));
  };
  t.equal(text("::ffff:192.0.2.1"), "192.0.2.1");
  t.equal(text("::192.0.2.1"), "::c000:201");
  t.equal(text("192.0.2.1"), "192.0.2.1");
});
