/**
 * 52 bits of a key, seeded so that nobody outside can choose keys that collide. Two 32-bit lanes of
 * multiply and xor over the UTF-16 units, as MurmurHash3 finishes them. A collision costs time, never a
 * wrong answer: keys are compared.
 */
export function keyHash(key: string, seed: number): number {
  let low = 0xdeadbeef ^ seed;
  let high = 0x41c6ce57 ^ (seed >>> 3);
  for (let at = 0; at < key.length; at += 1) {
    const unit = key.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x9e3779b1);
    high = Math.imul(high ^ unit, 0x5f356495);
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  return (high >>> 12) * 0x1_0000_0000 + (low >>> 0);
}
