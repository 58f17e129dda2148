/** Secrets that are made here, and how they are kept: only their hashes. */
import { createHash, randomBytes, randomInt } from "node:crypto";

/** Without what people confuse: 0 O 1 I L. */
const LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

const letters = (count: number): string =>
  Array.from({ length: count }, () => LETTERS[randomInt(LETTERS.length)]).join("");

/** 160 bits and more for programs. */
export const newSecret = (): string => randomBytes(32).toString("base64url");

/** For the first sign-in: 20 letters, 99 bits, in groups that can be read from a terminal. */
export const newOneTimePassword = (): string => Array.from({ length: 5 }, () => letters(4)).join("-");

/** 49 bits, each good once. */
export const newRecoveryCode = (): string => `${letters(5)}-${letters(5)}`;

export const newId = (): string => randomBytes(8).toString("hex");

/** For secrets with as many bits as these: a password needs argon2. */
export const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");
