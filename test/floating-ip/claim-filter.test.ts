import { readFileSync } from "node:fs";
import t from "tap";
import { claimOf } from "#floating-ip/address-frame.ts";
import { claimFilter } from "#floating-ip/claim-filter.ts";
import { type IpAddress, parseIpAddress } from "#policy/ip-address.ts";

interface Vectors {
  readonly claims: readonly { readonly name: string; readonly frame: string }[];
}

const { claims } = JSON.parse(readFileSync("test/floating-ip/frames.json", "utf8")) as Vectors;
const FAMILY_OF_TYPE = new Map<number, IpAddress["family"]>([
  [0x0806, 4],
  [0x86dd, 6],
]);

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (parsed === null) throw new Error(`${text} is no address`);
  return parsed;
}

/** Runs classic BPF as the kernel does: a load beyond the frame drops it. */
function takes(program: Buffer, frame: Buffer): boolean {
  let loaded = 0;
  for (let at = 0; at < program.length; at += 8) {
    const [code, operand] = [program.readUInt16LE(at), program.readUInt32LE(at + 4)];
    if (code === 0x06) return operand > 0;
    const size = code === 0x20 ? 4 : 1;
    if (code === 0x15) at += 8 * (program[at + (loaded === operand ? 2 : 3)] ?? 0);
    else if (operand + size > frame.length) return false;
    else loaded = frame.readUIntBE(operand, size);
  }
  throw new Error("the program has no end");
}

t.test("whatever claims one of the addresses is heard, and what claims another one is not", async (t) => {
  let heard = 0;
  const others = Array.from({ length: 130 }, (_, index) => address(`192.0.2.${index}`));
  for (const { name, frame } of claims) {
    const bytes = Buffer.from(frame.replaceAll(" ", ""), "hex");
    const claim = claimOf(bytes);
    const family = bytes.length < 14 ? undefined : FAMILY_OF_TYPE.get(bytes.readUInt16BE(12));
    if (claim === null || family === undefined) continue;
    heard += 1;
    const claimed = address(claim.address);
    t.ok(takes(claimFilter(family, [...others, claimed]), bytes), `${name}: heard`);
    const rest = [...others, address("2001:db8::fffe")].filter(({ bits }) => bits !== claimed.bits);
    t.notOk(takes(claimFilter(family, rest), bytes), `${name}: not heard`);
  }
  t.ok(heard >= 3, `${heard} vectors`);
});

t.test("what is too short, or neither ARP nor an advertisement, is dropped", async (t) => {
  const all = [address("192.0.2.100"), address("2001:db8::100")];
  for (const family of [4, 6] as const) {
    const program = claimFilter(family, all);
    for (const length of [0, 14, 28, 54, 77])
      t.notOk(takes(program, Buffer.alloc(length)), `${length} bytes`);
  }
  const solicitation = Buffer.alloc(86);
  solicitation[20] = 58;
  solicitation[54] = 135;
  Buffer.from("20010db8000000000000000000000100", "hex").copy(solicitation, 62);
  t.notOk(takes(claimFilter(6, all), solicitation), "a solicitation");
});
