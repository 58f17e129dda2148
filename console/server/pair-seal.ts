/**
 * Messages between the consoles of a pair, authenticated with the pair key in the field `Futago-Pair`:
 *   request   time nonce HMAC-SHA-256(key, "request" method path time nonce SHA-256(body))
 *   answer    HMAC-SHA-256(key, "answer" nonce SHA-256(body))
 * A request is good once, and for as long as two clocks may be apart.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export const PAIR_FIELD = "futago-pair";

const CLOCKS_APART_MS_MAX = 5 * 60_000;
const NONCES_MAX = 10_000;

const digest = (body: string): string => createHash("sha256").update(body).digest("hex");

const mac = (key: string, parts: readonly string[]): string =>
  createHmac("sha256", key).update(JSON.stringify(parts)).digest("hex");

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

export interface SealedRequest {
  readonly field: string;
  readonly nonce: string;
}

export interface Message {
  readonly method: string;
  readonly path: string;
  /** JSON, empty where there is none. */
  readonly body: string;
}

/** The field for a request. */
export function sealRequest(key: string, { method, path, body }: Message, wallMs: number): SealedRequest {
  const nonce = randomBytes(16).toString("hex");
  const time = String(Math.round(wallMs));
  return {
    nonce,
    field: `${time} ${nonce} ${mac(key, ["request", method, path, time, nonce, digest(body)])}`,
  };
}

/** The field for the answer to the request with that nonce. */
export const sealAnswer = (key: string, nonce: string, body: string): string =>
  mac(key, ["answer", nonce, digest(body)]);

export const isAnswerSealed = (key: string, nonce: string, body: string, field: string): boolean =>
  isSame(field, sealAnswer(key, nonce, body));

/** Remembers the nonces of requests, so that none counts twice. */
export class SealChecker {
  readonly #seen = new Map<string, number>();

  /** The nonce of a request that the other unit has made now, or null. */
  check(key: string, { method, path, body }: Message, field: string, wallMs: number): string | null {
    const [, time = "", nonce = "", told = ""] =
      /^(\d{10,16}) ([0-9a-f]{32}) ([0-9a-f]{64})$/.exec(field) ?? [];
    if (!isSame(told, mac(key, ["request", method, path, time, nonce, digest(body)]))) return null;
    if (Math.abs(Number(time) - wallMs) > CLOCKS_APART_MS_MAX || this.#seen.has(nonce)) return null;
    this.#seen.set(nonce, wallMs);
    for (const [old, atMs] of this.#seen) {
      if (wallMs - atMs <= 2 * CLOCKS_APART_MS_MAX && this.#seen.size <= NONCES_MAX) break;
      this.#seen.delete(old);
    }
    return nonce;
  }
}
