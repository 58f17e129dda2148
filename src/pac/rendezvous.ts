/**
 * Weighted rendezvous (highest random weight): each proxy draws a number for a client, and the highest comes
 * first. When a proxy leaves, only the clients whose highest it was move; when one comes, only those that it wins.
 *
 * The draws of one proxy over 64 neighbouring addresses are one from each of 64 strata, and those of two proxies
 * spread evenly over the square, as in a digital net (Niederreiter, 1987): 1,000 addresses in a row are shared
 * within 1 % of a half between two proxies, where chance alone gives 2.4 % (medians). Nothing else changes.
 *
 * `hash32` and `weightedScore` have twins in script-text.ts, for balancing by host within the browser.
 */
import type { IpAddress } from "#policy/ip-address.ts";

/** What is drawn for. */
export interface Candidate {
  /** The same on both units. */
  readonly key: string;
  /** Above 0. */
  readonly weight: number;
}

const U32 = 2 ** 32;
const NET_BITS = 6;
const STRATA = 2 ** NET_BITS;

/** The finalizer of murmur3: each bit of the result depends on each of the argument. */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** FNV-1a over the characters, then mixed: 32 bits, unsigned. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash);
}

/** The score of a draw between 0 and 1, both excluded: the highest wins with a chance as its weight. */
export const weightedScore = (draw: number, weight: number): number => weight / -Math.log(draw);

/**
 * The stratum of a number below STRATA: its bits times an upper and a lower triangular matrix over GF(2), both
 * chosen by `key`, and read from the lowest bit down. Any aligned run of numbers so has its strata spread evenly.
 */
function stratumOf(number: number, key: number): number {
  let upper = 0;
  let lower = 0;
  for (let bit = 0; bit < NET_BITS; bit += 1) {
    const column = mixed(key + Math.imul(bit + 1, 0x9e3779b9));
    if (((number >>> bit) & 1) === 1) upper ^= (column & ((1 << bit) - 1)) | (1 << bit);
  }
  for (let bit = 0; bit < NET_BITS; bit += 1) {
    const column = mixed(key + Math.imul(bit + 1 + NET_BITS, 0x9e3779b9));
    if (((upper >>> bit) & 1) === 1) lower ^= (column & (-2 << bit)) | (1 << bit);
  }
  let stratum = 0;
  for (let bit = 0; bit < NET_BITS; bit += 1) stratum = stratum * 2 + ((lower >>> bit) & 1);
  return stratum ^ (mixed(key) >>> (32 - NET_BITS));
}

/** The draw of a proxy for the client of that number, between 0 and 1. */
function drawFor(key: string, client: bigint): number {
  const run = hash32(`${key}|${client >> BigInt(NET_BITS)}`);
  const stratum = stratumOf(Number(client & BigInt(STRATA - 1)), run);
  return (stratum + (hash32(`${client}|${key}`) + 0.5) / U32) / STRATA;
}

/** The number that stands for a client: its address, or its network (/24, for IPv6 /64). */
export function clientNumber({ family, bits }: IpAddress, by: "address" | "network"): bigint {
  if (by === "address") return bits;
  return family === 4 ? bits >> 8n : bits >> 64n;
}

/** The candidates in the client's order of preference. */
export function rendezvousOrder<T extends Candidate>(candidates: readonly T[], client: bigint): readonly T[] {
  return candidates
    .map((candidate) => ({
      candidate,
      score: weightedScore(drawFor(candidate.key, client), candidate.weight),
    }))
    .sort((a, b) => b.score - a.score || (a.candidate.key < b.candidate.key ? -1 : 1))
    .map(({ candidate }) => candidate);
}
