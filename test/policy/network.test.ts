import t from "tap";
import { formatIpAddress, parseIpAddress } from "#policy/ip-address.ts";
import { contains, formatNetwork, parseNetwork } from "#policy/network.ts";

t.test("a network contains its first and last address and not their neighbours", async (t) => {
  for (let length = 1; length <= 128; length += 1) {
    const shift = BigInt(128 - length);
    const first = (0x2001_0db8_85a3_08d3_1319_8a2e_0370_7344n >> shift) << shift;
    const last = first + (1n << shift) - 1n;
    const text = `${formatIpAddress({ family: 6, bits: first })}/${length}`;
    const network = parseNetwork(text);
    if (network === null) throw new Error(text);
    const holds = [first - 1n, first, last, last + 1n].map((bits) => contains(network, { family: 6, bits }));
    t.strictSame([formatNetwork(network), ...holds], [text, false, true, true, false]);
  }
});

t.test("a network contains exactly the addresses with its leading bits", async (t) => {
  const base = 0xc0a8_5a5an;
  for (let length = 0; length <= 32; length += 1) {
    const shift = BigInt(32 - length);
    const first = (base >> shift) << shift;
    const network = parseNetwork(`${formatIpAddress({ family: 4, bits: first })}/${length}`);
    if (network === null) throw new Error(`/${length}`);
    const wrong: bigint[] = [];
    for (let bit = 0n; bit < 32n; bit += 1n) {
      const isWithin = contains(network, { family: 4, bits: base ^ (1n << bit) });
      if (isWithin !== bit < shift) wrong.push(bit);
    }
    t.strictSame(wrong, [], `/${length}`);
  }
});

t.test("an address alone is a network of one", async (t) => {
  t.match(parseNetwork("192.0.2.1"), { prefixLength: 32 });
  t.match(parseNetwork("::1"), { prefixLength: 128 });
});

t.test("the families are apart", async (t) => {
  const all4 = parseNetwork("0.0.0.0/0");
  const address = parseIpAddress("::ffff:1.2.3.4");
  if (all4 === null || address === null) throw new Error("parse");
  t.notOk(contains(all4, address));
});

t.test("malformed networks, and bits beyond the prefix, are refused", async (t) => {
  const malformed = [
    "",
    "/8",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "::/129",
  ];
  for (const text of [...malformed, "10.0.0.1/8", "fd00::1/8", "10/8", "10.0.0.0/255.0.0.0", "example.com/8"])
    t.equal(parseNetwork(text), null, text);
});
