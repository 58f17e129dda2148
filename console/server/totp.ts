/** Time-based one-time passwords (RFC 6238: SHA-1, 6 digits, 30 s, as every authenticator has them). */
import { createHmac, timingSafeEqual } from "node:crypto";

const STEP_MS = 30_000;
const DIGITS = 6;
/** Clocks may be a step apart (RFC 6238 section 5.2). */
const DRIFT_STEPS = 1;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648 section 6, without padding. */
export function toBase32(bytes: Uint8Array): string {
  let [bits, held, text] = [0, 0, ""];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >>> bits) & 31] ?? "";
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + (ALPHABET[(held << (5 - bits)) & 31] ?? "");
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  for (const letter of text) {
    held = ((held << 5) | Math.max(0, ALPHABET.indexOf(letter))) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >>> bits) & 0xff);
  }
  return Buffer.from(bytes);
}

/** The code of a time step (RFC 4226 section 5.3). */
function codeAt(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", fromBase32(secret)).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 0x0f;
  const number = mac.readUInt32BE(at) & 0x7fff_ffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

/** The code that an authenticator shows at that time; for tests and programs. */
export const totpCode = (secret: string, wallMs: number): string =>
  codeAt(secret, Math.floor(wallMs / STEP_MS));

/**
 * The time step for which `code` is right, or null. A step up to `usedStep` does not count: each code is
 * good once (RFC 6238 section 5.2).
 */
export function totpStep(secret: string, code: string, wallMs: number, usedStep: number): number | null {
  const now = Math.floor(wallMs / STEP_MS);
  let found: number | null = null;
  for (let step = now - DRIFT_STEPS; step <= now + DRIFT_STEPS; step += 1) {
    const right = timingSafeEqual(
      Buffer.from(codeAt(secret, step)),
      Buffer.from(code.padEnd(DIGITS).slice(0, DIGITS)),
    );
    if (right && step > usedStep && code.length === DIGITS) found = step;
  }
  return found;
}

/** What an authenticator reads from a QR code. */
export function totpUri(secret: string, user: string, unit: string): string {
  const label = encodeURIComponent(`Futago ${unit}:${user}`);
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(`Futago ${unit}`)}`;
}
