/** Takes what may be a secret out of a text that leaves the unit. */

const RULES: readonly (readonly [RegExp, string])[] = [
  // Credentials in URLs.
  [/([a-z][a-z0-9+.-]*:\/\/)[^/\s"@]+@/gi, "$1…@"],
  // Query strings of the access log: sessions and tokens of other people's services.
  [/(https?:\/\/[^\s"?]+)\?[^\s"]*/gi, "$1?…"],
  [
    /("(?:password|passphrase|secret|token|totp|hash|recoveryCodes|cookie|authorization)"\s*:\s*)"[^"]*"/gi,
    '$1"…"',
  ],
  [/\bfutago_[A-Za-z0-9_-]{20,}/g, "futago_…"],
  [/\$argon2id\$[^\s"]+/g, "$argon2id$…"],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, "(a private key)"],
  [/one-time password \S+/g, "one-time password …"],
];

export const hideSecrets = (text: string): string =>
  RULES.reduce((left, [pattern, instead]) => left.replace(pattern, instead), text);
