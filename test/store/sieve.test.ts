/** The eviction's hit ratio beside LRU's, on synthetic Zipf traces with one-hit wonders. */
import t from "tap";
import { SieveHand, type SieveOrder, sieveVictim } from "#store/sieve.ts";
import { Rng } from "#test/fuzz/rng.ts";

/** A cache of `size` objects: true for a hit. */
type Policy = (object: number) => boolean;

function lru(size: number): Policy {
  const held = new Set<number>();
  return (object) => {
    if (held.delete(object)) {
      held.add(object);
      return true;
    }
    held.add(object);
    if (held.size > size) for (const oldest of held) return !held.delete(oldest);
    return false;
  };
}

function sieve(size: number): Policy {
  const marks = new Map<number, boolean>();
  const hand = new SieveHand<number>(
    () => marks.keys(),
    (object) => marks.has(object),
  );
  const order: SieveOrder<number> = {
    next: () => hand.next(),
    isMarked: (object) => marks.get(object) === true,
    unmark: (object) => marks.set(object, false),
  };
  return (object) => {
    if (marks.has(object)) {
      marks.set(object, true);
      return true;
    }
    if (marks.size >= size) {
      const victim = sieveVictim(order, size);
      if (victim !== null) marks.delete(victim);
    }
    marks.set(object, false);
    return false;
  };
}

/** Objects by their popularity's rank, with probability ∝ 1 / rank^skew. */
function zipf(rng: Rng, objects: number, skew: number): () => number {
  const cumulative = new Float64Array(objects);
  let sum = 0;
  for (let rank = 0; rank < objects; rank += 1) {
    sum += (rank + 1) ** -skew;
    cumulative[rank] = sum;
  }
  return () => {
    const wanted = (rng.next() / 2 ** 32) * sum;
    let low = 0;
    let high = objects - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

const OBJECTS = 10_000;
const REQUESTS = 150_000;

function hitRatio(policy: Policy, skew: number, onceOnly: number, seed: number): number {
  const rng = new Rng(seed, 7);
  const popular = zipf(rng, OBJECTS, skew);
  let once = OBJECTS;
  let hits = 0;
  for (let request = 0; request < REQUESTS; request += 1) {
    const isOnce = rng.next() / 2 ** 32 < onceOnly;
    if (isOnce) once += 1;
    if (policy(isOnce ? once : popular())) hits += 1;
  }
  return hits / REQUESTS;
}

t.test("SIEVE hits at least as often as LRU on every trace", async (t) => {
  t.comment("skew  once-only  cache   SIEVE    LRU");
  for (const skew of [0.7, 0.8, 1.0]) {
    for (const onceOnly of [0, 0.2, 0.5]) {
      for (const share of [0.01, 0.1]) {
        const ours = hitRatio(sieve(OBJECTS * share), skew, onceOnly, 11);
        const theirs = hitRatio(lru(OBJECTS * share), skew, onceOnly, 11);
        const percent = (ratio: number): string => (ratio * 100).toFixed(1).padStart(5);
        const row = `${skew.toFixed(1)}   ${percent(onceOnly)}     ${percent(share)}  ${percent(ours)}  ${percent(theirs)}`;
        t.comment(row);
        t.ok(ours >= theirs, row);
      }
    }
  }
});

t.test("the hand passes over no more marked entries than it may", async (t) => {
  let at = 0;
  const order: SieveOrder<number> = {
    next: () => {
      at += 1;
      return at;
    },
    isMarked: () => true,
    unmark: () => {},
  };
  t.equal(sieveVictim(order, 10), 11);
  t.equal(sieveVictim({ ...order, next: () => null }, 10), null);
});

t.test("the hand turns back at the newest and does not take what comes after", async (t) => {
  const held = new Set(["a", "b"]);
  const hand = new SieveHand<string>(
    () => held.values(),
    (entry) => held.has(entry),
  );
  t.equal(hand.next(), "a");
  t.equal(hand.next(), "b");
  held.add("c");
  t.equal(hand.next(), "a");
  held.delete("b");
  t.equal(hand.next(), "c");
  held.clear();
  t.equal(hand.next(), null);
  held.add("d");
  t.equal(hand.next(), "d");
});
