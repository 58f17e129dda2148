/**
 * A backup: one JSON text. What anybody may read stands in it as it is; accounts and secret files are encrypted
 * with a key from the passphrase (argon2id, AES-256-GCM), and the open part is authenticated with them.
 */
import { argon2, createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import Type from "typebox";
import { Value } from "typebox/value";
import type { Settings } from "#settings/schema.ts";
import { sparseSettings } from "#settings/sparse.ts";
import type { Account } from "./accounts.ts";
import { Refusal } from "./refusal.ts";

const FORM = "futago-backup-1";
/** Dearer than a sign-in: somebody may have the file and all the time in the world. */
const COST = { memory: 65_536, passes: 3, parallelism: 1, tagLength: 32 } as const;
const hashWith = promisify(argon2);

const Facts = Type.Object({
  form: Type.Literal(FORM),
  unit: Type.String({ maxLength: 64 }),
  at: Type.String({ maxLength: 40 }),
  version: Type.String({ maxLength: 64 }),
  generation: Type.Integer({ minimum: 0 }),
  settings: Type.Record(Type.String(), Type.Unknown()),
});
const Sealed = Type.Object({
  facts: Facts,
  salt: Type.String({ maxLength: 64 }),
  nonce: Type.String({ maxLength: 64 }),
  tag: Type.String({ maxLength: 64 }),
  secrets: Type.String(),
});
const Secrets = Type.Object({
  accounts: Type.Array(
    Type.Object({
      user: Type.String({ pattern: "^[A-Za-z0-9._-]{1,64}$" }),
      role: Type.Union([Type.Literal("read-only"), Type.Literal("operator"), Type.Literal("administrator")]),
      password: Type.String({ maxLength: 500 }),
      mustChangePassword: Type.Boolean(),
      createdMs: Type.Number(),
      lastSignInMs: Type.Union([Type.Number(), Type.Null()]),
      totp: Type.Union([Type.String({ maxLength: 100 }), Type.Null()]),
      totpUsedStep: Type.Number(),
      recoveryCodes: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 }),
    }),
    { minItems: 1, maxItems: 256 },
  ),
  files: Type.Record(Type.String(), Type.String()),
});

type BackupFacts = Type.Static<typeof Facts>;

export interface BackupSecrets {
  readonly accounts: readonly Account[];
  readonly files: Readonly<Record<string, string>>;
}

const keyOf = (passphrase: string, salt: Buffer): Promise<Buffer> =>
  hashWith("argon2id", { message: passphrase.normalize("NFC"), nonce: salt, ...COST });

/** The text of a backup. */
export async function sealBackup(
  facts: Omit<BackupFacts, "form" | "settings"> & { readonly settings: Settings },
  secrets: BackupSecrets,
  passphrase: string,
): Promise<string> {
  const open = { form: FORM, ...facts, settings: sparseSettings(facts.settings) };
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", await keyOf(passphrase, salt), nonce);
  cipher.setAAD(Buffer.from(JSON.stringify(open)));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(secrets), "utf8"), cipher.final()]);
  return `${JSON.stringify(
    {
      facts: open,
      salt: salt.toString("base64"),
      nonce: nonce.toString("base64"),
      tag: cipher.getAuthTag().toString("base64"),
      secrets: sealed.toString("base64"),
    },
    null,
    2,
  )}\n`;
}

/** Throws a `Refusal` for a wrong passphrase, and for a text that is no backup or was changed. */
export async function openBackup(
  text: string,
  passphrase: string,
): Promise<{ readonly facts: BackupFacts; readonly secrets: BackupSecrets }> {
  const file = parse(text);
  if (!Value.Check(Sealed, file)) throw new Refusal("bad-request", "this is no backup of Futago");
  const decipher = createDecipheriv(
    "aes-256-gcm",
    await keyOf(passphrase, Buffer.from(file.salt, "base64")),
    Buffer.from(file.nonce, "base64"),
    { authTagLength: 16 },
  );
  decipher.setAAD(Buffer.from(JSON.stringify(file.facts)));
  let secrets: unknown;
  try {
    decipher.setAuthTag(Buffer.from(file.tag, "base64"));
    const opened = Buffer.concat([decipher.update(Buffer.from(file.secrets, "base64")), decipher.final()]);
    secrets = parse(opened.toString("utf8"));
  } catch {
    throw new Refusal("wrong-credentials", "the passphrase is wrong, or the file was changed");
  }
  if (!Value.Check(Secrets, secrets)) throw new Refusal("bad-request", "this is a backup of another version");
  return { facts: file.facts, secrets };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
