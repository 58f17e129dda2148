/** What weighted rendezvous must show: shares by weight, and that only the clients of a proxy that leaves move. */
import t from "tap";
import { type Candidate, clientNumber, rendezvousOrder } from "#pac/rendezvous.ts";
import { parseIpAddress } from "#policy/ip-address.ts";
import { Rng } from "#test/fuzz/rng.ts";

const CLIENTS = 1_000;
const CLIENTS_OF_LARGE_POOLS = 10_000;
const SHARE_ERROR_MAX = 0.1;

const number = (text: string): bigint => {
  const address = parseIpAddress(text);
  if (address === null) throw new Error(text);
  return clientNumber(address, "address");
};

/** A thousand clients, as offices number them: subnets in a row, one from the middle of it, and IPv6. */
const CROWDS: Readonly<Record<string, readonly bigint[]>> = {
  "four subnets": Array.from({ length: CLIENTS }, (_, at) => number(`10.1.${at >> 8}.${at & 0xff}`)),
  "the upper half of eight subnets": Array.from({ length: CLIENTS }, (_, at) =>
    number(`192.168.${at >> 7}.${128 + (at & 0x7f)}`),
  ),
  "IPv6, in a row": Array.from({ length: CLIENTS }, (_, at) => number(`2001:db8::${(at + 1).toString(16)}`)),
};

const pool = (...weights: readonly number[]): readonly Candidate[] =>
  weights.map((weight, at) => ({ key: `proxy${at + 1}.example.com:3128`, weight }));

const POOLS: Readonly<Record<string, readonly Candidate[]>> = {
  "a pair": pool(1, 1),
  "the manual's pair": [
    { key: "192.168.0.1:8080", weight: 1 },
    { key: "192.168.0.2:8080", weight: 1 },
  ],
  three: pool(1, 1, 1),
  "one twice as large": pool(1, 2),
  "one three times as large": pool(3, 1),
};

/** Whose smallest share of a thousand clients is some hundred: chance moves that by more than a tenth. */
const LARGE_POOLS: Readonly<Record<string, readonly Candidate[]>> = {
  "four of two sizes": pool(2, 2, 1, 1),
  eight: pool(1, 1, 1, 1, 1, 1, 1, 1),
};

function shares(candidates: readonly Candidate[], clients: readonly bigint[]): ReadonlyMap<string, number> {
  const counts = new Map(candidates.map(({ key }) => [key, 0]));
  for (const client of clients) {
    const [first] = rendezvousOrder(candidates, client);
    if (first !== undefined) counts.set(first.key, (counts.get(first.key) ?? 0) + 1);
  }
  return counts;
}

/** How far the share of some proxy is off, as a part of what it should be. */
function worstError(candidates: readonly Candidate[], clients: readonly bigint[]): number {
  const weights = candidates.reduce((sum, { weight }) => sum + weight, 0);
  const counts = shares(candidates, clients);
  const errors = candidates.map(({ key, weight }) => {
    const fair = (clients.length * weight) / weights;
    return Math.abs((counts.get(key) ?? 0) - fair) / fair;
  });
  return Math.max(...errors);
}

t.test("each proxy has its share of a thousand clients, within a tenth", async (t) => {
  for (const [name, candidates] of Object.entries(POOLS)) {
    for (const [crowd, clients] of Object.entries(CROWDS)) {
      const worst = worstError(candidates, clients);
      t.ok(worst <= SHARE_ERROR_MAX, `${name}, ${crowd}: off by ${(100 * worst).toFixed(1)} % at worst`);
    }
  }
});

t.test("and of ten thousand in larger pools", async (t) => {
  const clients = Array.from({ length: CLIENTS_OF_LARGE_POOLS }, (_, at) => number("10.1.0.0") + BigInt(at));
  for (const [name, candidates] of Object.entries(LARGE_POOLS)) {
    const worst = worstError(candidates, clients);
    t.ok(worst <= SHARE_ERROR_MAX, `${name}: off by ${(100 * worst).toFixed(1)} % at worst`);
  }
});

t.test("a hundred pairs share a thousand clients more evenly than by chance", async (t) => {
  const errors = Array.from({ length: 100 }, (_, at) =>
    worstError(
      [
        { key: `a${at}:80`, weight: 1 },
        { key: `b${at}:80`, weight: 1 },
      ],
      CROWDS["four subnets"] ?? [],
    ),
  ).sort((a, b) => a - b);
  const median = errors[50] ?? 1;
  // By chance: 0.67 of a standard deviation of 15.8 of 500, 2.1 %.
  t.ok(
    median < 0.016,
    `median ${(100 * median).toFixed(1)} %, worst ${(100 * (errors[99] ?? 1)).toFixed(1)} %`,
  );
  t.ok((errors[99] ?? 1) < SHARE_ERROR_MAX);
});

t.test("when a proxy leaves only its clients move, and each to its own second", async (t) => {
  for (const candidates of Object.values(POOLS)) {
    for (const gone of candidates) {
      const rest = candidates.filter((each) => each !== gone);
      for (const client of CROWDS["four subnets"] ?? []) {
        const before = rendezvousOrder(candidates, client);
        const after = rendezvousOrder(rest, client);
        t.strictSame(
          after,
          before.filter((each) => each !== gone),
        );
      }
    }
  }
});

t.test("when a proxy comes, clients move only to it", async (t) => {
  const before = pool(1, 1, 1);
  const after = pool(1, 1, 1, 1);
  let moved = 0;
  for (const client of CROWDS["four subnets"] ?? []) {
    const [old] = rendezvousOrder(before, client);
    const [now] = rendezvousOrder(after, client);
    if (now?.key === old?.key) continue;
    moved += 1;
    t.equal(now?.key, after[3]?.key);
  }
  t.ok(moved > 200 && moved < 300, `${moved} of ${CLIENTS} clients moved`);
});

t.test("a weight that grows takes clients and gives none away", async (t) => {
  const [small, large] = [pool(1, 1, 1), pool(1, 1, 2)];
  for (const client of CROWDS["four subnets"] ?? []) {
    const [old] = rendezvousOrder(small, client);
    const [now] = rendezvousOrder(large, client);
    if (now?.key !== old?.key) t.equal(now?.key, large[2]?.key);
  }
});

t.test("the order of the settings does not matter", async (t) => {
  const candidates = pool(1, 2, 3, 4, 5);
  const rng = new Rng(1, 0);
  for (let round = 0; round < 200; round += 1) {
    const client = BigInt(rng.next());
    const mixed = candidates.toSorted(() => rng.below(3) - 1);
    t.strictSame(rendezvousOrder(mixed, client), rendezvousOrder(candidates, client));
  }
});

t.test("clients of one network may be kept together", async (t) => {
  const at = (text: string) => {
    const address = parseIpAddress(text);
    if (address === null) throw new Error(text);
    return clientNumber(address, "network");
  };
  t.equal(at("10.1.2.3"), at("10.1.2.250"));
  t.not(at("10.1.2.3"), at("10.1.3.3"));
  t.equal(at("2001:db8::1"), at("2001:db8::ffff:1"));
  t.not(at("2001:db8::1"), at("2001:db8:0:1::1"));
});
