/** Staged drafts: one for each author, in memory and on disk, so that an evening's work outlives a restart. */
import type { Clock } from "#base/clock.ts";
import { JsonFile } from "./json-file.ts";

export interface StoredDraft {
  readonly author: string;
  readonly base: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly savedMs: number;
}

interface DraftsFile {
  readonly drafts: readonly StoredDraft[];
}

const DRAFTS_MAX = 64;

export class Drafts {
  readonly #file: JsonFile<DraftsFile>;
  readonly #clock: Clock;

  private constructor(file: JsonFile<DraftsFile>, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  static async open(path: string, clock: Clock): Promise<Drafts> {
    return new Drafts(await JsonFile.open<DraftsFile>(path, { drafts: [] }), clock);
  }

  find(author: string): StoredDraft | null {
    return this.#file.value.drafts.find((draft) => draft.author === author) ?? null;
  }

  /** Takes the place of the author's draft before; the oldest of all goes when there are too many. */
  async put(author: string, base: number, settings: StoredDraft["settings"]): Promise<StoredDraft> {
    const draft = { author, base, settings, savedMs: this.#clock.wallMs() };
    await this.#file.write({ drafts: [...this.#without(author), draft].slice(-DRAFTS_MAX) });
    return draft;
  }

  async remove(author: string): Promise<void> {
    if (this.find(author) !== null) await this.#file.write({ drafts: this.#without(author) });
  }

  #without(author: string): readonly StoredDraft[] {
    return this.#file.value.drafts.filter((draft) => draft.author !== author);
  }
}
