/** What weighted rendezvous must show: shares by weight, and that only the clients of a proxy that leaves move. */
import t from "tap";
import { plansOf } from "#pac/plan.ts";
import { type Candidate, clientNumber, rendezvousOrder } from "#pac/rendezvous.ts";
import { parseIpAddress } from "#policy/ip-address.ts";
import { Rng } from "#test/fuzz/rng.ts";
import { CROWD, randomCrowds, worstShare } from "./crowds.ts";
import { wpadSettings } from "./wpad-samples.ts";

const SHARE_ERROR_MAX = 0.1;
/** In one crowd of twenty: of six proxies each has but 167 clients. */
const RARE_ERROR_MAX = 0.15;
const PLACES = 25;

const number = (text: string): bigint => {
  const address = parseIpAddress(text);
  if (address === null) throw new Error(text);
  return clientNumber(address, "address");
};

/** A thousand clients, as offices number them, at places that the seed says; and IPv6. */
function crowds(seed: number): readonly (readonly bigint[])[] {
  const rng = new Rng(seed, 0);
  const net = number("2001:db8::");
  const byPlace = Array.from({ length: PLACES }, () => randomCrowds(rng).map((crowd) => crowd.map(BigInt)));
  const ofIpv6 = Array.from({ length: PLACES }, () => {
    const start = net + (BigInt(rng.next()) << 64n) + 1n;
    return Array.from({ length: CROWD }, (_, at) => start + BigInt(at));
  });
  return [...byPlace.flat(), ...ofIpv6];
}

const SUBNETS = Array.from({ length: CROWD }, (_, at) => number("10.1.0.0") + BigInt(at));

const pool = (...weights: readonly number[]): readonly Candidate[] =>
  weights.map((weight, at) => ({ number: at + 1, weight }));

const POOLS: Readonly<Record<string, readonly Candidate[]>> = {
  "a pair": pool(1, 1),
  three: pool(1, 1, 1),
  "one twice as large": pool(1, 2),
  "one three times as large": pool(3, 1),
  four: pool(1, 1, 1, 1),
  "four of two sizes": pool(2, 2, 1, 1),
  five: pool(1, 1, 1, 1, 1),
  six: pool(1, 1, 1, 1, 1, 1),
  "five, three and two": pool(5, 3, 2),
  "five, one deleted": pool(1, 1, 1, 1, 1).toSpliced(1, 1),
};

/** How far the share of some proxy is off, as a part of what it should be. */
function worstError(candidates: readonly Candidate[], clients: readonly bigint[]): number {
  const counts = new Map(candidates.map((each) => [each, 0]));
  for (const client of clients) {
    const [first] = rendezvousOrder(candidates, client);
    if (first !== undefined) counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  const weights = candidates.map(({ weight }) => weight);
  return worstShare([...counts.values()], weights);
}

t.test("each proxy has its share of a thousand clients, within a tenth, wherever these are", async (t) => {
  const everywhere = crowds(2);
  for (const [name, candidates] of Object.entries(POOLS)) {
    const errors = everywhere.map((clients) => worstError(candidates, clients)).sort((a, b) => a - b);
    const [most, worst] = [errors[Math.floor(errors.length * 0.95)] ?? 1, errors.at(-1) ?? 1];
    const percents = `${(100 * most).toFixed(1)} % in 95 of 100 crowds, ${(100 * worst).toFixed(1)} % at worst`;
    t.ok(most <= SHARE_ERROR_MAX && worst <= RARE_ERROR_MAX, `${name}: off by up to ${percents}`);
  }
});

t.test("when a proxy leaves only its clients move, and each to its own second", async (t) => {
  for (const candidates of Object.values(POOLS)) {
    for (const gone of candidates) {
      const rest = candidates.filter((each) => each !== gone);
      for (const client of SUBNETS) {
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
  for (const client of SUBNETS) {
    const [old] = rendezvousOrder(before, client);
    const [now] = rendezvousOrder(after, client);
    if (now?.number === old?.number) continue;
    moved += 1;
    t.equal(now?.number, 4);
  }
  t.ok(moved > 200 && moved < 300, `${moved} of ${CROWD} clients moved`);
});

t.test("a weight that grows takes clients and gives none away", async (t) => {
  const [small, large] = [pool(1, 1, 1), pool(1, 1, 2)];
  for (const client of SUBNETS) {
    const [old] = rendezvousOrder(small, client);
    const [now] = rendezvousOrder(large, client);
    if (now?.number !== old?.number) t.equal(now?.number, 3);
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

t.test("numbers of the settings keep the clients of the others when one is deleted", async (t) => {
  const proxies = ["c", "a", "b"].map((name, at) => ({ name, host: `${name}.example.com`, number: at + 1 }));
  const firsts = (listed: readonly object[]): readonly (string | undefined)[] => {
    const [plan] = plansOf(wpadSettings({ balance: "rendezvous", proxies: listed }).wpad);
    return SUBNETS.map((client) => rendezvousOrder(plan?.proxies ?? [], client)[0]?.name);
  };
  const before = firsts(proxies);
  const after = firsts(proxies.slice(1));
  t.strictSame(
    after.filter((_, at) => before[at] !== "c"),
    before.filter((name) => name !== "c"),
  );
});

t.test(
  "without numbers proxies are numbered by their hosts, around the numbers that are given",
  async (t) => {
    const proxies = [
      { name: "b", host: "b.example.com" },
      { name: "d", host: "d.example.com", number: 2 },
      { name: "a", host: "A.example.com", weight: 0 },
      { name: "c", host: "c.example.com" },
    ];
    const [plan] = plansOf(wpadSettings({ balance: "rendezvous", proxies }).wpad);
    const numbers = (plan?.proxies ?? []).map(({ name, number: its }) => [name, its]);
    t.strictSame(numbers, [
      ["b", 3],
      ["c", 4],
      ["d", 2],
    ]);
  },
);

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
