/** Passwords as argon2id hashes (RFC 9106), in the PHC string form. */
import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { ARGON2, HASHES_AT_ONCE_MAX, HASHES_WAITING_MAX } from "./limits.ts";
import { Refusal } from "./refusal.ts";

const hashWith = promisify(argon2);

const FORM =
  /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{8,128})\$([A-Za-z0-9+/]{8,128})$/;

const base64 = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");

interface Cost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

let running = 0;
const waiting: (() => void)[] = [];

/** One hash costs tens of milliseconds and megabytes: a crowd of sign-ins must not take the machine. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= HASHES_AT_ONCE_MAX) {
    if (waiting.length >= HASHES_WAITING_MAX)
      throw new Refusal("too-many", undefined, { retryAfterMs: 1_000 });
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

/** The same characters are the same password, however the keyboard composes them. */
const bytesOf = (password: string): Buffer => Buffer.from(password.normalize("NFC"), "utf8");

const digest = (password: string, salt: Buffer, cost: Cost, tagLength: number): Promise<Buffer> =>
  inTurn(() => hashWith("argon2id", { message: bytesOf(password), nonce: salt, tagLength, ...cost }));

/** A new hash with its own salt. */
export async function hashPassword(password: string): Promise<string> {
  const { memoryKib: memory, passes, parallelism, tagLength, saltLength } = ARGON2;
  const salt = randomBytes(saltLength);
  const tag = await digest(password, salt, { memory, passes, parallelism }, tagLength);
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`;
}

/** Whether the password is the one of the hash; a hash that cannot be read fits none. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt = "", tag = ""] = FORM.exec(hash) ?? [];
  if (memory === undefined) return false;
  const expected = Buffer.from(tag, "base64");
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const actual = await digest(password, Buffer.from(salt, "base64"), cost, expected.length);
  return timingSafeEqual(actual, expected);
}
