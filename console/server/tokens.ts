/** API tokens: hashed, with a role, an end and the networks that they may be used from. */
import type { Clock } from "#base/clock.ts";
import type { Role } from "#console/contract/endpoints.ts";
import { compileClientNetworks } from "#policy/client-networks.ts";
import { parseNetwork } from "#policy/network.ts";
import { JsonFile } from "./json-file.ts";
import { TOKENS_MAX } from "./limits.ts";
import { Refusal } from "./refusal.ts";
import { hashOf, newId, newSecret } from "./secret.ts";

export interface StoredToken {
  readonly id: string;
  readonly label: string;
  readonly role: Role;
  readonly networks: readonly string[];
  readonly createdBy: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly hash: string;
}

interface TokensFile {
  readonly tokens: readonly StoredToken[];
}

const PREFIX = "futago_";

export class Tokens {
  readonly #file: JsonFile<TokensFile>;
  readonly #clock: Clock;
  /** Not on disk: a write for each request would be too dear. */
  readonly #lastUsedMs = new Map<string, number>();

  private constructor(file: JsonFile<TokensFile>, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  static async open(path: string, clock: Clock): Promise<Tokens> {
    return new Tokens(await JsonFile.open<TokensFile>(path, { tokens: [] }), clock);
  }

  get all(): readonly StoredToken[] {
    return this.#file.value.tokens;
  }

  lastUsedMs(id: string): number | null {
    return this.#lastUsedMs.get(id) ?? null;
  }

  async create(
    wanted: Pick<StoredToken, "label" | "role" | "networks" | "createdBy"> & { readonly lifeMs: number },
  ): Promise<{ readonly token: StoredToken; readonly secret: string }> {
    if (this.all.length >= TOKENS_MAX) throw new Refusal("conflict", `at most ${TOKENS_MAX} tokens`);
    const wrong = wanted.networks.find((network) => parseNetwork(network) === null);
    if (wrong !== undefined) throw new Refusal("bad-request", `${wrong} is no address and no network`);
    const secret = PREFIX + newSecret();
    const { lifeMs, ...given } = wanted;
    const createdMs = this.#clock.wallMs();
    const token = { ...given, id: newId(), createdMs, expiresMs: createdMs + lifeMs, hash: hashOf(secret) };
    await this.#file.write({ tokens: [...this.all, token] });
    return { token, secret };
  }

  async remove(id: string): Promise<void> {
    if (!this.all.some((token) => token.id === id)) throw new Refusal("not-found", "there is no such token");
    this.#lastUsedMs.delete(id);
    await this.#file.write({ tokens: this.all.filter((token) => token.id !== id) });
  }

  /** The token of a secret that is used from `address` now, or null. */
  find(secret: string, address: string): StoredToken | null {
    if (!secret.startsWith(PREFIX)) return null;
    const hash = hashOf(secret);
    const token = this.all.find((each) => each.hash === hash);
    const now = this.#clock.wallMs();
    if (token === undefined || now >= token.expiresMs) return null;
    if (token.networks.length > 0 && !compileClientNetworks(token.networks)(address)) return null;
    this.#lastUsedMs.set(token.id, now);
    return token;
  }
}
