/**
 * Weighted rendezvous (highest random weight): each proxy draws a number for a client, and the highest comes
 * first. When a proxy leaves, only the clients whose highest it was move; when one comes, only those that it wins.
 *
 * The draws of one proxy are those of a digital net, and the nets were chosen for how evenly those of several share
 * neighbouring addresses: among up to six 1,000 of them are shared within 10 % of the weights nearly
 * everywhere, where chance alone is off by up to 25 % among five. Nothing else changes.
 *
 * `hash32` and `weightedScore` have twins in script-text.ts, for balancing by host within the browser.
 */
import { assert } from "#base/assert.ts";
import type { IpAddress } from "#policy/ip-address.ts";
import { digitalNet, mixed } from "./digital-net.ts";

/** What is drawn for. */
export interface Candidate {
  /** 1 to 32, another for each, and the same on both units. */
  readonly number: number;
  /** Above 0. */
  readonly weight: number;
}

/** The seeds of the nets, by the numbers of proxies from 1 on. Found by test/bench/nets.ts; in another order they share worse. */
const FOUND_SEEDS: readonly number[] = [
  1, 4868, 6161, 8773, 11721, 12391, 15642, 16227, 18519, 21484, 23226, 24026, 27182, 28123,
];
/** Among so many a share of 1,000 clients is a few dozen, which chance moves by more than a choice of nets could. */
const FURTHER_SEEDS = Array.from({ length: 32 - FOUND_SEEDS.length }, (_, at) => 30_000 + at);

const SEEDS = [...FOUND_SEEDS, ...FURTHER_SEEDS];

/** By number, made when one is first drawn from: most programs that read this file never do. */
const nets: ((number: number) => number)[] = [];

/** FNV-1a over the characters, then mixed: 32 bits, unsigned. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash);
}

/** The score of a draw between 0 and 1, both excluded: the highest wins with a chance as its weight. */
export const weightedScore = (draw: number, weight: number): number => weight / -Math.log(draw);

/** 32 bits of it. What stands above the lowest shifts all draws of a network alike, so that these stay even. */
function folded(client: bigint): number {
  const word = (shift: bigint): number => Number(BigInt.asIntN(32, client >> shift));
  return word(0n) ^ mixed(word(32n) ^ mixed(word(64n) ^ mixed(word(96n))));
}

function drawOf({ number }: Candidate, client: number): number {
  const known = nets[number];
  if (known !== undefined) return known(client);
  const seed = SEEDS[number - 1];
  assert(seed !== undefined, `${number} is a number of a proxy`);
  const net = digitalNet(seed);
  nets[number] = net;
  return net(client);
}

/** The number that stands for a client: its address, or its network (/24, for IPv6 /64). */
export function clientNumber({ family, bits }: IpAddress, by: "address" | "network"): bigint {
  if (by === "address") return bits;
  return family === 4 ? bits >> 8n : bits >> 64n;
}

/** The candidates in the client's order of preference. */
export function rendezvousOrder<T extends Candidate>(candidates: readonly T[], client: bigint): readonly T[] {
  const drawn = folded(client);
  return candidates
    .map((candidate) => ({ candidate, score: weightedScore(drawOf(candidate, drawn), candidate.weight) }))
    .sort((a, b) => b.score - a.score || a.candidate.number - b.candidate.number)
    .map(({ candidate }) => candidate);
}
