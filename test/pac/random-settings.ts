/** Random settings of the WPAD server that have no fault, and hosts that come near their rules. */
import { formatIpAddress, parseIpAddress } from "#policy/ip-address.ts";
import { parseSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";
import type { Rng } from "#test/fuzz/rng.ts";

const LABELS = [
  "www",
  "a",
  "b",
  "intra",
  "corp",
  "x-1",
  "_srv",
  "xn--p1ai",
  "example",
  "constructor",
  "toString",
];
const TOPS = ["example.com", "corp.example", "test", "example.co.jp", "a.b.c.d.e", "intra"];
const ADDRESSES_V4 = [
  "10.0.0.1",
  "10.1.2.3",
  "10.255.255.255",
  "192.168.0.1",
  "172.16.5.4",
  "0.0.0.0",
  "127.0.0.1",
];
const ADDRESSES_V6 = [
  "2001:db8::1",
  "fd00::1",
  "::1",
  "::",
  "2001:db8:0:1::",
  "fe80::1:2",
  "1:2:3:4:5:6:7:8",
];
const widthOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);

/** The network of any prefix length around one of the addresses. */
function network(rng: Rng): string {
  const address = parseIpAddress(rng.pick(rng.oneIn(2) ? ADDRESSES_V4 : ADDRESSES_V6));
  if (address === null) throw new Error("an address of the list");
  const width = widthOf(address.family);
  const length = rng.below(width + 1);
  const hostBits = BigInt(width - length);
  return `${formatIpAddress({ ...address, bits: (address.bits >> hostBits) << hostBits })}/${length}`;
}

/** One of the addresses, perhaps with one bit turned. */
function address(rng: Rng): string {
  const found = parseIpAddress(rng.pick(rng.oneIn(2) ? ADDRESSES_V4 : ADDRESSES_V6));
  if (found === null) throw new Error("an address of the list");
  const turned = rng.oneIn(3) ? 0n : 1n << BigInt(rng.below(widthOf(found.family)));
  return formatIpAddress({ ...found, bits: found.bits ^ turned });
}

const name = (rng: Rng): string =>
  `${rng.some(3, () => `${rng.pick(LABELS)}.`)}${rng.pick(rng.oneIn(4) ? LABELS : TOPS)}`;

/** Cuts a name to a pattern that often still matches it. */
function pattern(rng: Rng): string {
  const text = name(rng);
  const from = rng.below(text.length);
  const to = from + rng.below(text.length - from + 1);
  return `${text.slice(0, from)}${rng.pick(["*", "?", "**", "*?", ""])}${text.slice(to)}${rng.pick(["", "*", "*.com"])}`;
}

function rule(rng: Rng, proxies: readonly string[]): object {
  const via = rng.oneIn(2) ? "direct" : rng.pick(proxies);
  switch (rng.below(6)) {
    case 0:
      return {
        match: "exact",
        value: rng.oneIn(3) ? rng.pick([...ADDRESSES_V4, ...ADDRESSES_V6]) : name(rng),
        via,
      };
    case 1:
    case 2:
      return { match: "suffix", value: `${rng.pick(["", "."])}${name(rng)}`, via };
    case 3:
      return { match: "pattern", value: pattern(rng) || "*", via };
    case 4:
      return { match: "network", value: network(rng), via };
    default:
      return { match: "plain", via };
  }
}

const listOf = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** The texts of different rules, none twice: the same twice is a fault. */
function distinct(rules: readonly object[]): readonly object[] {
  const seen = new Set<string>();
  return rules.filter((each) => {
    const { match, value = "" } = each as { match: string; value?: string };
    const key = `${match} ${match === "suffix" ? value.replace(/^\./, "") : value}`
      .toLowerCase()
      .replace(/\/(32|128)$/, "");
    return seen.size < seen.add(key).size;
  });
}

/** Settings without a fault; which ones, `rng` decides. */
export function randomSettings(rng: Rng): Settings {
  const names = listOf(1 + rng.below(5), (index) => `p${index}`);
  const balance = rng.pick(["parity", "rendezvous", "host", "host", "none"]);
  const weight = (): number => (balance === "parity" ? 1 : 1 + rng.below(5));
  const peer = rng.below(2 * names.length);
  const proxies = names.map((each, index) => ({
    name: each,
    host: rng.pick([`192.0.2.${index}`, `proxy${index}.example.com`, `2001:db8::${index + 5}`]),
    port: 1 + rng.below(65_535),
    scheme: index === peer ? "http" : rng.pick(["http", "https"]),
    weight: index > 0 && rng.oneIn(6) ? 0 : weight(),
    unit: index === peer ? "peer" : "other",
  }));
  const text = JSON.stringify({
    wpad: {
      enabled: true,
      proxies,
      balance,
      balanceBy: rng.pick(["address", "network"]),
      rules: distinct(listOf(rng.below(8), () => rule(rng, names))),
      directNetworks: listOf(rng.below(3), () => network(rng)),
      plainHostsDirect: rng.oneIn(2),
      resolveNames: rng.oneIn(4),
      trailingDirect: rng.oneIn(4),
    },
  });
  const settings = parseSettings(text);
  if (!settings.ok) throw new Error(`${text}: ${JSON.stringify(settings.error)}`);
  return settings.value;
}

const ODD_HOSTS = [
  ...[
    "[2001:db8::1]",
    "[::ffff:10.0.0.1]",
    "::ffff:a00:1",
    "::10.1.2.3",
    "1:2:3:4:5:6:7:8:9",
    ":::",
    ":",
    "1::2::3",
  ],
  ...[
    "10.0.0.01",
    "10.0.0.256",
    "10.0.0",
    "0x0a.0.0.1",
    "167772161",
    "10.0.0.1.",
    ".",
    "..",
    "a..b",
    "[",
    "[]",
    "-",
  ],
  ...[
    "2001:DB8::ABCD",
    "WWW.Example.COM",
    "www.example.com.",
    "badexample.com",
    "localhost",
    "12345::",
    "::1:",
  ],
];

/** A host that some rule of some settings is likely to be for. */
export function randomHost(rng: Rng, { wpad }: Settings): string {
  switch (rng.below(6)) {
    case 0:
      return rng.pick(ODD_HOSTS);
    case 1:
      return address(rng);
    case 2:
    case 3: {
      const value = wpad.rules.length === 0 ? undefined : rng.pick(wpad.rules).value;
      const near = (value ?? name(rng))
        .replace(/[*?]/g, () => rng.pick(["", "x", "www.", "."]))
        .replace(/\/.*/, "");
      return `${rng.pick(["", "", "www.", "bad", "x."])}${near}${rng.pick(["", "", "", ".", "x"])}` || "x";
    }
    default:
      return name(rng);
  }
}

/** A client of either family. */
export const randomClient = (rng: Rng): string =>
  rng.oneIn(4)
    ? `2001:db8:${rng.below(9) + 1}::${(rng.below(65_534) + 1).toString(16)}`
    : `10.${rng.below(256)}.${rng.below(256)}.${rng.below(256)}`;
