/** The session's cookie: host-bound (`__Host-`, RFC 6265bis), not readable by scripts, never sent across sites. */

export const COOKIE = "__Host-futago";

export const sessionCookie = (secret: string): string =>
  `${COOKIE}=${secret}; Path=/; Secure; HttpOnly; SameSite=Strict`;

export const endedCookie = (): string => `${COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`;

/** The secret in a Cookie field, or null. */
export function readCookie(field: string | undefined): string | null {
  const pair = field
    ?.split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${COOKIE}=`));
  const secret = pair?.slice(COOKIE.length + 1) ?? "";
  return /^[A-Za-z0-9_-]{20,100}$/.test(secret) ? secret : null;
}
