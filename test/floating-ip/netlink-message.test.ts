import t from "tap";
import { listNeighbours, removeNeighbour, setNeighbour } from "#floating-ip/neighbour-message.ts";
import {
  addAddress,
  getLink,
  listAddresses,
  parseNetlink,
  removeAddress,
} from "#floating-ip/netlink-message.ts";

const IPV4 = { family: 4, bits: 0xc000_0264n } as const;
const IPV6 = { family: 6, bits: (0x2001_0db8n << 96n) | 0x100n } as const;

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

/** What `ip address add 192.0.2.100/32 dev … valid_lft 2 preferred_lft 0 noprefixroute` sends. */
const ADD_IPV4 = hex(
  `
  4000 0000 1400 0505 0700 0000 0000 0000
  02 20 00 00 0300 0000
  0800 0200 c000 0264
  0800 0100 c000 0264
  1400 0600 0000 0000 0200 0000 0000 0000 0000 0000
  0800 0800 0002 0000`.replaceAll("\n", ""),
);

t.test("an address under a lease is added as the kernel's headers say", async (t) => {
  t.equal(addAddress(IPV4, 3, 2, 7).toString("hex").slice(8), ADD_IPV4.toString("hex").slice(8));
  t.equal(addAddress(IPV4, 3, 2, 7).readUInt32LE(0), addAddress(IPV4, 3, 2, 7).length);
  t.equal(
    addAddress(IPV6, 3, 2, 7).readUInt32LE(addAddress(IPV6, 3, 2, 7).length - 4),
    0x202,
    "no detection",
  );
});

t.test("what was written is read again", async (t) => {
  for (const [address, text, prefixLength] of [
    [IPV4, "192.0.2.100", 32],
    [IPV6, "2001:db8::100", 128],
  ] as const) {
    const told = { index: 3, address: text, prefixLength };
    t.strictSame(parseNetlink(addAddress(address, 3, 2, 7)), [
      { kind: "address", present: true, address: told },
    ]);
    t.strictSame(parseNetlink(removeAddress(address, 3, 7)), [
      { kind: "address", present: false, address: told },
    ]);
  }
});

t.test("a neighbour is told as the kernel's headers say", async (t) => {
  // What `ip neighbour replace 192.0.2.100 lladdr 02:00:0a:08:00:01 nud reachable dev …` sends.
  const told = hex(
    "30000000 1c00 0505 07000000 00000000 0200 0000 03000000 0200 00 00 0800 0100 c0000264 0a00 0200 02000a080001 0000",
  );
  t.equal(setNeighbour(IPV4, 3, hex("02000a080001"), 7).toString("hex"), told.toString("hex"));
  t.equal(setNeighbour(IPV6, 3, hex("02000a080001"), 7).length, told.length + 12);
});

t.test("of neighbours it is read whether they are known", async (t) => {
  const known = setNeighbour(IPV6, 3, hex("02000a080001"), 7);
  t.strictSame(parseNetlink(known), [
    { kind: "neighbour", neighbour: { index: 3, address: IPV6, unknownMs: null } },
  ]);
  // struct nda_cacheinfo: confirmed, used, updated (7 hundredths of a second ago), references.
  const unknown = Buffer.concat([known, hex("1400 0300 01000000 02000000 07000000 04000000")]);
  unknown.writeUInt32LE(unknown.length, 0);
  for (const state of [0x01, 0x20]) {
    unknown.writeUInt16LE(state, 24);
    t.match(parseNetlink(unknown), [{ neighbour: { unknownMs: 70 } }]);
  }
  t.equal(listNeighbours(5).readUInt16LE(6), 0x301, "a dump");
  t.equal(removeNeighbour(IPV4, 3, 7).length, 16 + 12 + 8);
});

t.test("results, ends and links are read; several in one datagram", async (t) => {
  const refused = hex("24000000 0200 0000 09000000 00000000 ffffffff 00000000000000000000000000000000");
  const done = hex("14000000 0300 0200 09000000 00000000 00000000");
  const link = hex(
    `
    5c000000 1000 0000 09000000 00000000
    00 00 0100 04000000 43100100 00000000
    0900 0300 6574683000 000000
    0a00 0100 02000a080001 0000
    0c00 1700 2a00000000000000
    0800 0d00 e8030000
    0800 ff7f 00000000`.replaceAll("\n", ""),
  );
  link.writeUInt32LE(link.length, 0);
  const found = parseNetlink(Buffer.concat([refused, link, done]));
  t.strictSame(
    found.map(({ kind }) => kind),
    ["result", "link", "done"],
  );
  t.match(found[0], { sequence: 9, error: 1 });
  t.match(found[1], { link: { index: 4, name: "eth0", up: true, framesReceived: 42 } });
  const without = Buffer.from(link);
  without.writeUInt32LE(0x1003, 24);
  t.match(parseNetlink(without)[0], { link: { up: false } }, "no carrier");
});

t.test("requests name what they ask for", async (t) => {
  t.equal(listAddresses(5).readUInt16LE(6), 0x301, "a dump");
  t.match(getLink("eth0", 5).toString("latin1"), "eth0\0");
});

t.test("what is cut off at any byte is left out, and never read beyond", async (t) => {
  const whole = Buffer.concat([addAddress(IPV6, 3, 2, 7), addAddress(IPV4, 3, 2, 8)]);
  for (let length = 0; length < whole.length; length += 1)
    t.ok(parseNetlink(whole.subarray(0, length)).length <= 1, `${length} bytes`);
  t.equal(parseNetlink(whole).length, 2);
});
