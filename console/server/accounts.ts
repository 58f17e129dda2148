/** Accounts: who may sign in, with what role. */
import { randomBytes } from "node:crypto";
import type { Clock } from "#base/clock.ts";
import type { Role } from "#console/contract/endpoints.ts";
import { PASSWORD_CHARS_MIN } from "#console/contract/password.ts";
import { JsonFile } from "./json-file.ts";
import { USERS_MAX } from "./limits.ts";
import { hashPassword, verifyPassword } from "./password-hash.ts";
import { Refusal } from "./refusal.ts";
import { hashOf, newOneTimePassword, newRecoveryCode } from "./secret.ts";
import { toBase32, totpStep } from "./totp.ts";

export const FIRST_USER = "admin";
const RECOVERY_CODES = 10;
const TOTP_SECRET_BYTES = 20;

export interface Account {
  readonly user: string;
  readonly role: Role;
  /** PHC string. */
  readonly password: string;
  readonly mustChangePassword: boolean;
  readonly createdMs: number;
  readonly lastSignInMs: number | null;
  /** Base32; null where one-time codes are off. */
  readonly totp: string | null;
  readonly totpUsedStep: number;
  /** Hashes of those that are left. */
  readonly recoveryCodes: readonly string[];
}

interface AccountsFile {
  readonly accounts: readonly Account[];
}

/** Hashed when nobody has the name, so that a guess of a name takes as long as one of a password. */
const NOBODY_HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

export class Accounts {
  readonly #file: JsonFile<AccountsFile>;
  readonly #clock: Clock;
  /** Secrets that wait for their first code, by user. */
  readonly #begun = new Map<string, string>();

  private constructor(file: JsonFile<AccountsFile>, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  static async open(path: string, clock: Clock): Promise<Accounts> {
    return new Accounts(await JsonFile.open<AccountsFile>(path, { accounts: [] }), clock);
  }

  get all(): readonly Account[] {
    return this.#file.value.accounts;
  }

  /** Nobody has ever signed in. */
  get isFirstStart(): boolean {
    return this.all.every(
      ({ lastSignInMs, mustChangePassword }) => lastSignInMs === null && mustChangePassword,
    );
  }

  find(user: string): Account | null {
    return this.all.find((account) => account.user === user) ?? null;
  }

  /** Makes the first account, or gives it another one-time password; answers the password, to be told once. */
  async resetFirst(): Promise<string> {
    const password = newOneTimePassword();
    const known = this.find(FIRST_USER);
    const fresh = await this.#newAccount(FIRST_USER, "administrator", password);
    await this.#put({ ...fresh, createdMs: known?.createdMs ?? fresh.createdMs });
    return password;
  }

  async create(user: string, role: Role, password: string): Promise<Account> {
    if (this.find(user) !== null) throw new Refusal("conflict", `there is an account ${user} already`);
    if (this.all.length >= USERS_MAX) throw new Refusal("conflict", `at most ${USERS_MAX} accounts`);
    requireStrong(password, user);
    const account = await this.#newAccount(user, role, password);
    await this.#put(account);
    return account;
  }

  async remove(user: string): Promise<void> {
    this.#require(user);
    this.#requireOtherAdministrator(user);
    await this.#file.write({ accounts: this.all.filter((account) => account.user !== user) });
  }

  async setRole(user: string, role: Role): Promise<void> {
    const account = this.#require(user);
    if (role !== "administrator") this.#requireOtherAdministrator(user);
    await this.#put({ ...account, role });
  }

  /** `mustChange`: somebody else has set it. */
  async setPassword(user: string, password: string, mustChange: boolean): Promise<void> {
    const account = this.#require(user);
    requireStrong(password, user);
    if (await verifyPassword(password, account.password))
      throw new Refusal("password-too-weak", "it is the same password as before");
    await this.#put({ ...account, password: await hashPassword(password), mustChangePassword: mustChange });
  }

  /** Takes as long for a name that nobody has. */
  async checkPassword(user: string, password: string): Promise<Account | null> {
    const account = this.find(user);
    const fits = await verifyPassword(password, account?.password ?? NOBODY_HASH);
    // It may have been changed or removed meanwhile.
    return fits && account !== null && this.find(user)?.password === account.password ? account : null;
  }

  /** A code of the authenticator or a recovery code; each is good once. */
  async useCode(user: string, code: string): Promise<boolean> {
    const account = this.#require(user);
    if (account.totp === null) return true;
    const step = totpStep(account.totp, code, this.#clock.wallMs(), account.totpUsedStep);
    if (step !== null) {
      await this.#put({ ...account, totpUsedStep: step });
      return true;
    }
    const hash = hashOf(code.toUpperCase());
    if (!account.recoveryCodes.includes(hash)) return false;
    await this.#put({ ...account, recoveryCodes: account.recoveryCodes.filter((left) => left !== hash) });
    return true;
  }

  async signedIn(user: string): Promise<void> {
    await this.#put({ ...this.#require(user), lastSignInMs: this.#clock.wallMs() });
  }

  /** A secret that becomes the account's with its first code. */
  beginTotp(user: string): string {
    const secret = toBase32(randomBytes(TOTP_SECRET_BYTES));
    this.#begun.set(user, secret);
    return secret;
  }

  /** The recovery codes, told once. */
  async confirmTotp(user: string, code: string): Promise<readonly string[]> {
    const secret = this.#begun.get(user);
    if (secret === undefined) throw new Refusal("conflict", "one-time codes were not begun");
    const step = totpStep(secret, code, this.#clock.wallMs(), 0);
    if (step === null) throw new Refusal("wrong-credentials", "the code does not fit the secret");
    this.#begun.delete(user);
    const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
    const account = this.#require(user);
    await this.#put({ ...account, totp: secret, totpUsedStep: step, recoveryCodes: codes.map(hashOf) });
    return codes;
  }

  async removeTotp(user: string): Promise<void> {
    await this.#put({ ...this.#require(user), totp: null, totpUsedStep: 0, recoveryCodes: [] });
  }

  /** All accounts at once, from a backup. */
  async replaceAll(accounts: readonly Account[]): Promise<void> {
    await this.#file.write({ accounts });
  }

  async #newAccount(user: string, role: Role, password: string): Promise<Account> {
    return {
      user,
      role,
      password: await hashPassword(password),
      mustChangePassword: true,
      createdMs: this.#clock.wallMs(),
      lastSignInMs: null,
      totp: null,
      totpUsedStep: 0,
      recoveryCodes: [],
    };
  }

  #require(user: string): Account {
    const account = this.find(user);
    if (account === null) throw new Refusal("not-found", `there is no account ${user}`);
    return account;
  }

  #requireOtherAdministrator(user: string): void {
    const others = this.all.filter((other) => other.user !== user && other.role === "administrator");
    if (others.length === 0) throw new Refusal("conflict", "the last administrator must stay one");
  }

  async #put(account: Account): Promise<void> {
    const others = this.all.filter(({ user }) => user !== account.user);
    await this.#file.write({
      accounts: [...others, account].sort((a, b) => a.createdMs - b.createdMs || (a.user < b.user ? -1 : 1)),
    });
  }
}

function requireStrong(password: string, user: string): void {
  const chars = [...password.normalize("NFC")];
  if (chars.length < PASSWORD_CHARS_MIN)
    throw new Refusal("password-too-weak", `at least ${PASSWORD_CHARS_MIN} characters`);
  if (new Set(chars).size < 5) throw new Refusal("password-too-weak", "at least 5 different characters");
  if (user.length >= 4 && password.toLowerCase().includes(user.toLowerCase()))
    throw new Refusal("password-too-weak", "it must not contain the user name");
}
