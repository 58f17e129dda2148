/**
 * Weighted rendezvous (highest random weight): each proxy draws a number for a client, and the highest comes
 * first. When a proxy leaves, only the clients whose highest it was move; when one comes, only those that it wins.
 *
 * The draws of one proxy are stratified: over 256 neighbouring addresses it draws each of 256 strata once, in an
 * order of its own. So a subnet is shared more evenly than by chance, and nothing else changes.
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
const STRATA = 256;

/** FNV-1a over the characters, then the finalizer of murmur3: 32 bits, unsigned. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The score of a draw between 0 and 1, both excluded: the highest wins with a chance as its weight. */
export const weightedScore = (draw: number, weight: number): number => weight / -Math.log(draw);

/** A permutation of 0 to 255, chosen by `key`: each step is one to one. */
function permuted(value: number, key: number): number {
  let mixed = value;
  for (let round = 0; round < 4; round += 1) {
    const part = (key >>> (8 * round)) & 0xff;
    mixed = (Math.imul(mixed, (part << 1) | 1) + part) & 0xff;
    mixed ^= mixed >>> 4;
    mixed = (Math.imul(mixed, 0x2d) + 0x6b) & 0xff;
    mixed ^= mixed >>> 3;
  }
  return mixed;
}

/** The draw of a proxy for the client of that number, between 0 and 1. */
function drawFor(key: string, client: bigint): number {
  const stratum = permuted(Number(client & 0xffn), hash32(`${key}|${client >> 8n}`));
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
