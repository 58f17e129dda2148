/** Audit, backup, certificate and package. */
import Type from "typebox";
import { closed, count, Instant, nullable, oneOf, pageQuery, text } from "./parts.ts";
import { Password } from "./session.ts";
import { CheckAnswer, ConfirmWithin, Reason } from "./settings.ts";

export const AuditRow = closed({
  number: count(),
  at: Instant,
  /** An account, a token as token:ID, or the unit itself. */
  actor: text(200),
  address: text(64),
  /** The endpoint's name, or what the unit did by itself, such as settings.rolled-back. */
  action: text(64),
  outcome: oneOf("done", "refused"),
  detail: text(2_000),
  /** SHA-256 over the row and the one before. */
  hash: text(64),
});
export type AuditRow = Type.Static<typeof AuditRow>;
export const AuditQuery = closed(pageQuery);
export const Audit = closed({ rows: Type.Array(AuditRow), more: Type.Boolean() });
export type Audit = Type.Static<typeof Audit>;
export const AuditVerdict = closed({
  rows: count(),
  intact: Type.Boolean(),
  /** The first row that does not fit; null when all do. */
  brokenAt: nullable(count()),
});

const BackupText = Type.String({ minLength: 2, maxLength: 8 * 1024 * 1024 });
export const BackupOrder = closed({ passphrase: Password });
/** `file` is the text to keep. */
export const Backup = closed({ name: text(200), file: BackupText });
export const BackupFile = closed({ file: BackupText, passphrase: Password });
export const BackupPreview = closed({
  unit: text(64),
  at: Instant,
  version: text(64),
  generation: count(),
  check: CheckAnswer,
  /** Accounts and secrets that come with it. */
  users: Type.Array(text(64)),
  secretFiles: Type.Array(text(4_096)),
});
export type BackupPreview = Type.Static<typeof BackupPreview>;
export const BackupRestore = closed({
  file: BackupText,
  passphrase: Password,
  /** Beside the settings: accounts and secret files. */
  withSecrets: Type.Boolean(),
  reason: Reason,
  confirmWithinS: ConfirmWithin,
});

export const Certificate = closed({
  /** Null where the console speaks plain HTTP (loopback only). */
  certificate: nullable(
    closed({
      subject: text(1_000),
      issuer: text(1_000),
      names: Type.Array(text(300)),
      validFrom: text(64),
      validTo: text(64),
      daysLeft: Type.Integer(),
      isSelfSigned: Type.Boolean(),
      /** SHA-256 with colons, to be compared with what the browser shows. */
      fingerprint: text(100),
    }),
  ),
});
export type Certificate = Type.Static<typeof Certificate>;
const Pem = Type.String({ minLength: 1, maxLength: 65_536 });
export const NewCertificate = closed({ certificate: Pem, key: Pem });
export const CertificateOrder = closed({ names: Type.Array(text(255), { maxItems: 32 }) });

export const Package = closed({
  name: text(64),
  version: text(64),
  runtime: text(64),
  licence: text(64),
  licences: Type.Array(closed({ name: text(214), version: text(64), licence: text(200) })),
});
export type Package = Type.Static<typeof Package>;
