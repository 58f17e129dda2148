import { readFileSync } from "node:fs";
import t from "tap";
import { announcements, claimOf, question } from "#floating-ip/address-frame.ts";
import { type IpAddress, parseIpAddress } from "#policy/ip-address.ts";

interface Vectors {
  readonly announcements: readonly {
    readonly address: string;
    readonly gatewayMac: string | null;
    readonly frames: readonly string[];
  }[];
  readonly questions: readonly { readonly address: string; readonly frame: string }[];
  readonly claims: readonly {
    readonly name: string;
    readonly frame: string;
    readonly claim: { readonly address: string; readonly mac: string } | null;
  }[];
}

const VECTORS = JSON.parse(readFileSync("test/floating-ip/frames.json", "utf8")) as Vectors;
const MAC = Buffer.from("02000a080001", "hex");

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (parsed === null) throw new Error(`${text} is no address`);
  return parsed;
}

const unspaced = (hex: string): string => hex.replaceAll(" ", "");

t.test("announcements are as the vectors have them, byte for byte", async (t) => {
  for (const { address: text, gatewayMac, frames } of VECTORS.announcements) {
    const gateway = gatewayMac === null ? null : Buffer.from(gatewayMac, "hex");
    const made = announcements(address(text), MAC, gateway).map((frame) => frame.toString("hex"));
    t.strictSame(made, frames.map(unspaced), text);
  }
});

t.test("a question is as the vectors have it", async (t) => {
  for (const { address: text, frame } of VECTORS.questions)
    t.equal(question(address(text), MAC).toString("hex"), unspaced(frame), text);
});

t.test("frames claim what the vectors say", async (t) => {
  for (const { name, frame, claim } of VECTORS.claims)
    t.strictSame(claimOf(Buffer.from(unspaced(frame), "hex")), claim, name);
});

t.test("every announcement claims its address, and a question claims nothing", async (t) => {
  for (const text of ["192.0.2.100", "2001:db8::100"]) {
    for (const frame of announcements(address(text), MAC, MAC))
      t.strictSame(claimOf(frame), { address: text, mac: MAC.toString("hex") }, text);
    t.equal(claimOf(question(address(text), MAC)), null, text);
  }
});

t.test("an advertisement with one bit changed claims nothing else", async (t) => {
  const [frame = Buffer.alloc(0)] = announcements(address("2001:db8::100"), MAC, null);
  const unchanged = JSON.stringify(claimOf(frame));
  for (let bit = 14 * 8; bit < frame.length * 8; bit += 1) {
    const changed = Buffer.from(frame);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const claim = JSON.stringify(claimOf(changed));
    t.ok(claim === "null" || claim === unchanged, `bit ${bit}: ${claim}`);
  }
});
