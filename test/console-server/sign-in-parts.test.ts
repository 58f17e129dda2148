/** One-time codes, delays, sessions, cookies, passwords, seals: the parts of signing in. */
import t from "tap";
import type { Clock } from "#base/clock.ts";
import { readCookie } from "#console/server/cookie.ts";
import { SESSION_AGE_MS_MAX, SESSIONS_MAX } from "#console/server/limits.ts";
import { isAnswerSealed, SealChecker, sealAnswer, sealRequest } from "#console/server/pair-seal.ts";
import { hashPassword, verifyPassword } from "#console/server/password-hash.ts";
import { Sessions } from "#console/server/sessions.ts";
import { SignInGuard } from "#console/server/sign-in-guard.ts";
import { toBase32, totpCode, totpStep } from "#console/server/totp.ts";

const MINUTE = 60_000;
const NOW_MS = Date.UTC(2026, 0, 2);

/** A clock that a test sets. */
function fakeClock(): Clock & { ms: number } {
  const clock = { ms: 1_000_000, nowMs: () => clock.ms, wallMs: () => clock.ms };
  return clock;
}

void t.test("codes are those of RFC 6238, each good once and a step early or late", async (t) => {
  const secret = toBase32(Buffer.from("12345678901234567890"));
  t.equal(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "RFC 4648");
  // Appendix B, the last six digits of eight.
  const vectors = [
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ] as const;
  for (const [seconds, code] of vectors) t.equal(totpCode(secret, seconds * 1_000), code, String(seconds));
  const step = totpStep(secret, "287082", 59_000, 0);
  t.equal(step, 1);
  t.equal(totpStep(secret, "287082", 59_000, 1), null, "used");
  t.equal(totpStep(secret, "287082", 89_000, 0), 1, "a step late");
  t.equal(totpStep(secret, "287082", 120_000, 0), null, "two");
  for (const wrong of ["", "28708", "2870820", "abcdef"])
    t.equal(totpStep(secret, wrong, 59_000, 0), null, wrong);
});

void t.test("each failure makes the wait longer, for that name from that address", async (t) => {
  const clock = fakeClock();
  const guard = new SignInGuard(clock);
  const fail = (): number => {
    guard.failed("admin", "192.0.2.1");
    return guard.waitMs("admin", "192.0.2.1");
  };
  t.strictSame([fail(), fail(), fail(), fail(), fail()], [0, 0, 1_000, 2_000, 4_000]);
  for (let more = 0; more < 12; more += 1) fail();
  t.equal(fail(), 15 * MINUTE, "and no longer");
  t.equal(guard.waitMs("admin", "192.0.2.2"), 0, "who comes from elsewhere does not wait yet");
  for (let more = 0; more < 30; more += 1) guard.failed("admin", `198.51.100.${more}`);
  const elsewhere = guard.waitMs("admin", "192.0.2.2");
  t.ok(elsewhere > 0 && elsewhere <= 30_000, "many addresses try one name: a short wait for all");
  clock.ms += 15 * MINUTE;
  t.equal(guard.waitMs("admin", "192.0.2.1"), 0, "it passes");
  guard.forgive("admin", "192.0.2.1");
  t.equal(fail(), 0, "forgiven");
  for (let name = 0; name < 20; name += 1) guard.failed(`guess-${name}`, "203.0.113.9");
  t.ok(guard.waitMs("somebody", "203.0.113.9") > 0, "an address that tries many names waits with every name");
});

void t.test("a session ends when it is idle, when it is old, and with its user", async (t) => {
  const clock = fakeClock();
  const sessions = new Sessions(clock, () => 30 * MINUTE);
  const secret = sessions.begin("admin");
  clock.ms += 29 * MINUTE;
  t.ok(sessions.find(secret, true), "used in time");
  clock.ms += 29 * MINUTE;
  t.ok(sessions.find(secret, false), "looking at it is no use");
  clock.ms += 2 * MINUTE;
  t.equal(sessions.find(secret, true), null, "idle");
  const busy = sessions.begin("admin");
  for (let passed = 0; passed < SESSION_AGE_MS_MAX; passed += 20 * MINUTE) {
    sessions.find(busy, true);
    clock.ms += 20 * MINUTE;
  }
  t.equal(sessions.find(busy, true), null, "old, although it was used");
  const [first, second] = [sessions.begin("admin"), sessions.begin("other")];
  sessions.endAll("admin");
  t.equal(sessions.find(first, true), null);
  t.ok(sessions.find(second, true));
  for (let many = 0; many < SESSIONS_MAX; many += 1) sessions.begin(`user-${many}`);
  t.equal(sessions.find(second, true), null, "there is a bound, and the longest idle goes first");
});

void t.test("a cookie is read by its whole name", async (t) => {
  const secret = "a".repeat(43);
  t.equal(readCookie(`x=1; __Host-futago=${secret}; y=2`), secret);
  for (const field of [
    undefined,
    "",
    `futago=${secret}`,
    `__Host-futago-peer=${secret}`,
    "__Host-futago=short",
    `__Host-futago=${secret}"`,
  ])
    t.equal(readCookie(field), null, String(field));
});

void t.test("passwords are hashed with argon2id, each with its own salt", async (t) => {
  const [one, two] = [await hashPassword("pässwörd 123"), await hashPassword("pässwörd 123")];
  t.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  t.not(one, two);
  t.equal(await verifyPassword("pässwörd 123", one), true);
  t.equal(await verifyPassword("pa\u0308sswo\u0308rd 123", one), true, "composed otherwise by the keyboard");
  t.equal(await verifyPassword("pässwörd 124", one), false);
  for (const broken of ["", "x", "$argon2id$v=19$m=1$x$y", one.slice(0, -3)])
    t.equal(await verifyPassword("pässwörd 123", broken), false, broken);
});

void t.test("a seal is for one message, one time, one key", async (t) => {
  const checker = new SealChecker();
  const message = { method: "PUT", path: "/pair/sync", body: '{"a":1}' };
  const { field, nonce } = sealRequest("key", message, NOW_MS);
  t.equal(checker.check("other", message, field, NOW_MS), null, "another key");
  t.equal(checker.check("key", { ...message, body: '{"a":2}' }, field, NOW_MS), null, "another body");
  t.equal(checker.check("key", { ...message, path: "/pair" }, field, NOW_MS), null, "another place");
  t.equal(checker.check("key", message, field, NOW_MS + 6 * MINUTE), null, "too old");
  t.equal(checker.check("key", message, field, NOW_MS), nonce);
  t.equal(checker.check("key", message, field, NOW_MS), null, "replayed");
  t.equal(checker.check("key", message, "", NOW_MS), null);
  t.ok(isAnswerSealed("key", nonce, "{}", sealAnswer("key", nonce, "{}")));
  t.notOk(isAnswerSealed("key", nonce, "{ }", sealAnswer("key", nonce, "{}")));
});
