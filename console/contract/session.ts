/** Sign-in, one's own account, accounts and tokens. */
import Type from "typebox";
import { closed, count, Instant, nullable, RoleName, text } from "./parts.ts";

export const UserName = Type.String({ pattern: "^[A-Za-z0-9._-]{1,64}$" });
/** Long ones are passphrases; NFC is applied, nothing is cut. */
export const Password = Type.String({ minLength: 1, maxLength: 256 });
export const TotpCode = Type.String({ pattern: "^(?:[0-9]{6}|[A-Za-z0-9]{5}-[A-Za-z0-9]{5})$" });

export const Session = closed({
  user: UserName,
  role: RoleName,
  /** Only password and sign-out are open until it is changed. */
  mustChangePassword: Type.Boolean(),
  hasTotp: Type.Boolean(),
  signedInAt: Instant,
  /** Without a request for this long it ends; events do not count. */
  idleTimeoutMs: count(),
  endsInMs: count("what is left of the idle limit"),
});
export type Session = Type.Static<typeof Session>;

export const SessionState = closed({
  session: nullable(Session),
  unit: text(64, "the unit's name"),
  version: text(64),
  /** The one-time password of the first start has not been used yet. */
  isFirstStart: Type.Boolean(),
});
export type SessionState = Type.Static<typeof SessionState>;

export const SignIn = closed({
  user: UserName,
  password: Password,
  /** Of the authenticator, or a recovery code; needed when a sign-in is answered with `code-needed`. */
  code: Type.Optional(TotpCode),
});

export const PasswordChange = closed({ current: Password, next: Password });
export const TotpBegun = closed({
  secret: text(64, "base32, to be typed in"),
  uri: text(512, "otpauth://, for a QR code"),
});
export const TotpConfirm = closed({ code: TotpCode });
export const RecoveryCodes = closed({ recoveryCodes: Type.Array(text(11)) });
export const TotpRemove = closed({ password: Password });

export const User = closed({
  user: UserName,
  role: RoleName,
  hasTotp: Type.Boolean(),
  mustChangePassword: Type.Boolean(),
  createdAt: Instant,
  lastSignInAt: nullable(Instant),
  sessions: count(),
  /** Failed sign-ins since the last good one; 0 when all is well. */
  failures: count(),
  lockedForMs: count(),
});
export type User = Type.Static<typeof User>;
export const Users = closed({ users: Type.Array(User) });
/** The password is one-time: its owner must change it at the first sign-in. */
export const NewUser = closed({ user: UserName, role: RoleName, password: Password });
export const UserChange = closed({
  role: Type.Optional(RoleName),
  password: Type.Optional(Password),
  removeTotp: Type.Optional(Type.Literal(true)),
  unlock: Type.Optional(Type.Literal(true)),
});

export const Token = closed({
  id: Type.String({ pattern: "^[a-z0-9]{8,32}$" }),
  label: text(100),
  role: RoleName,
  /** Addresses or networks that it may be used from; empty for any. */
  networks: Type.Array(text(64)),
  createdBy: UserName,
  createdAt: Instant,
  expiresAt: Instant,
  lastUsedAt: nullable(Instant),
});
export type Token = Type.Static<typeof Token>;
export const Tokens = closed({ tokens: Type.Array(Token) });
export const NewToken = closed({
  label: Type.String({ minLength: 1, maxLength: 100 }),
  role: RoleName,
  networks: Type.Array(text(64), { maxItems: 64 }),
  /** Hours from now. */
  expiresInHours: Type.Integer({ minimum: 1, maximum: 24 * 366 }),
});
/** `secret` goes into `Authorization: Bearer`; it is not stored and never told again. */
export const NewTokenAnswer = closed({ token: Token, secret: text(200) });
