/** Clients of a site, as many as a crowd has, numbered the ways that offices number them, and how they are shared. */
import type { Rng } from "#test/fuzz/rng.ts";

export const CROWD = 1_000;

const U32 = 2 ** 32;
const SUBNET = 256;

/** The hosts `from` to `from + hosts` of as many subnets in a row as it takes. */
const inSubnets = (start: number, from: number, hosts: number): readonly number[] =>
  Array.from({ length: CROWD }, (_, at) => start + Math.floor(at / hosts) * SUBNET + from + (at % hosts));

/** Six crowds at a random place: in a row, whole subnets, halves of subnets, and leases of 250, 200 and 50. */
export function randomCrowds(rng: Rng): readonly (readonly number[])[] {
  const place = rng.below(U32 - 2 ** 17);
  const subnet = place - (place % SUBNET);
  return [
    inSubnets(place, 0, CROWD),
    inSubnets(subnet, 0, SUBNET),
    inSubnets(subnet, 128, 128),
    inSubnets(subnet, 2, 250),
    inSubnets(subnet, 20, 200),
    inSubnets(subnet, 100, 50),
  ];
}

/** How far the share of some member is off at worst, as a part of what its weight says. `counts` by member. */
export function worstShare(counts: ArrayLike<number>, weights: readonly number[]): number {
  const [all, clients] = [weights.reduce((a, b) => a + b), Array.from(counts).reduce((a, b) => a + b)];
  const errors = weights.map((weight, at) => Math.abs(((counts[at] ?? 0) * all) / (clients * weight) - 1));
  return Math.max(...errors);
}
