/**
 * Searches for digital nets that share clients well together: for each number the seed, of those tried, whose worst
 * share over many crowds is nearest to fair, alone with each earlier one, with all of them, and with all but one.
 * The seeds that it prints stand in src/pac/rendezvous.ts; 14 take half an hour. Options: --nets N, --tries N, --places N.
 */
import { parseArgs } from "node:util";
import { digitalNet } from "#pac/digital-net.ts";
import { Rng } from "#test/fuzz/rng.ts";
import { CROWD, randomCrowds, worstShare } from "#test/pac/crowds.ts";

/** Nets by their places in the list, and a weight for each. */
interface Pool {
  readonly nets: readonly number[];
  readonly weights: readonly number[];
}

const PAIR_WEIGHTS = [
  [1, 1],
  [1, 2],
  [3, 1],
] as const;

const equal = (nets: readonly number[]): Pool => ({ nets, weights: nets.map(() => 1) });

/** The pools that the newest net, the last of `count`, is judged in. */
function poolsOf(count: number): readonly Pool[] {
  const all = Array.from({ length: count }, (_, at) => at);
  const newest = count - 1;
  const pairs = all
    .slice(0, newest)
    .flatMap((other) => PAIR_WEIGHTS.map((weights) => ({ nets: [other, newest], weights })));
  const allButOne =
    count < 4 ? [] : all.slice(0, newest).map((gone) => equal(all.filter((at) => at !== gone)));
  const ofSizes = count < 3 || count > 5 ? [] : [{ nets: all, weights: all.map((at) => at + 1) }];
  const ofTwoSizes = count === 4 ? [{ nets: all, weights: [2, 2, 1, 1] }] : [];
  return [equal(all), ...pairs, ...allButOne, ...ofSizes, ...ofTwoSizes];
}

/** What a net draws for each client, as the waiting time that rendezvous compares: smaller is better. */
function waitsOf(seed: number, clients: Int32Array): Float64Array {
  const draw = digitalNet(seed);
  return Float64Array.from(clients, (client) => -Math.log(draw(client)));
}

/** The worst share in any crowd; above `limit` any that is found. */
function worstOf(
  { nets, weights }: Pool,
  waits: readonly Float64Array[],
  clients: number,
  limit: number,
): number {
  const drawn = nets.map((net) => waits[net] ?? new Float64Array());
  let worst = 0;
  for (let start = 0; start < clients && worst <= limit; start += CROWD) {
    const counts = new Int32Array(nets.length);
    for (let at = start; at < start + CROWD; at += 1) {
      let [first, least] = [0, Number.POSITIVE_INFINITY];
      for (let member = 0; member < drawn.length; member += 1) {
        const wait = (drawn[member]?.[at] ?? 0) / (weights[member] ?? 1);
        if (wait < least) [first, least] = [member, wait];
      }
      counts[first] = (counts[first] ?? 0) + 1;
    }
    worst = Math.max(worst, worstShare(counts, weights));
  }
  return worst;
}

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

function search(nets: number, tries: number, places: number): void {
  const rng = new Rng(1, 0);
  const clients = Int32Array.from(Array.from({ length: places }, () => randomCrowds(rng).flat()).flat());
  const [seeds, waits]: [number[], Float64Array[]] = [[1], [waitsOf(1, clients)]];
  for (let count = 2; count <= nets; count += 1) {
    let [least, best, bestWaits]: [number, number, Float64Array] = [
      Number.POSITIVE_INFINITY,
      0,
      new Float64Array(),
    ];
    for (let seed = 1; seed <= tries; seed += 1) {
      const candidate = waitsOf(seed + count * tries, clients);
      let worst = 0;
      for (const pool of poolsOf(count)) {
        worst = Math.max(worst, worstOf(pool, [...waits, candidate], clients.length, least));
        if (worst > least) break;
      }
      if (worst < least) [least, best, bestWaits] = [worst, seed + count * tries, candidate];
    }
    seeds.push(best);
    waits.push(bestWaits);
    const together = worstOf(
      equal(seeds.map((_, at) => at)),
      waits,
      clients.length,
      Number.POSITIVE_INFINITY,
    );
    console.log(`${count} nets: worst ${percent(least)} in any pool, ${percent(together)} in that of all`);
  }
  console.log(seeds.join(", "));
}

const { values } = parseArgs({
  options: {
    nets: { type: "string", default: "14" },
    tries: { type: "string", default: "2000" },
    places: { type: "string", default: "16" },
  },
});
search(Number(values.nets), Number(values.tries), Number(values.places));
