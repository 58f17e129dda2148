/**
 * The generations of the settings on disk: one immutable file each, numbered from 1; the highest is in use.
 *
 * A change goes like this, each step whole on disk before the next:
 *
 *   trial.json            says: N is being tried, and what holds if it fails
 *   000N.json             the generation
 *   the settings file     what the unit reads
 *   (the unit reloads; where it was asked for, somebody confirms)
 *   trial.json goes       the change is for good
 *
 * Whoever finds a trial at the start of the unit rolls it back (`recover`): a power cut, at any moment, leaves
 * the old settings or the new ones, never a mixture, and never new ones that nobody confirmed.
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "#base/assert.ts";
import { defaultSettings, parseSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";
import { sparseSettings } from "#settings/sparse.ts";
import { removeFile, writeWholeFile } from "./whole-file.ts";

export type Origin = "first" | "console" | "restore" | "rollback" | "file" | "backup" | "peer";

export interface GenerationFacts {
  readonly generation: number;
  readonly author: string;
  /** Wall clock. */
  readonly atMs: number;
  readonly reason: string;
  readonly origin: Origin;
  /** For restore and rollback: the generation whose settings these are. */
  readonly source: number | null;
}

/** A change that is not for good yet. */
export interface Trial {
  readonly generation: number;
  readonly previous: number;
  readonly author: string;
  readonly reason: string;
  readonly atMs: number;
  /** Null: only until the unit has taken it. */
  readonly windowMs: number | null;
}

interface Stored extends GenerationFacts {
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Older ones are removed. */
const KEPT_MAX = 1_000;
const TRIAL_FILE = "trial.json";
const FOLDER_MODE = 0o700;
const NAME = /^(\d{6})\.json$/;

const fileName = (generation: number): string => `${String(generation).padStart(6, "0")}.json`;
const asText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

export class GenerationStore {
  readonly #folder: string;
  readonly #settingsPath: string;
  readonly #facts: GenerationFacts[] = [];
  #trial: Trial | null = null;

  private constructor(folder: string, settingsPath: string) {
    this.#folder = folder;
    this.#settingsPath = settingsPath;
  }

  /** Reads what there is; a folder without generations gets the settings of the file as its first. */
  static async open(
    folder: string,
    settingsPath: string,
    now: { readonly wallMs: number },
  ): Promise<GenerationStore> {
    const store = new GenerationStore(folder, settingsPath);
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    const numbers = (await readdir(folder))
      .map((name) => Number(NAME.exec(name)?.[1] ?? 0))
      .filter((number) => number > 0)
      .sort((a, b) => a - b);
    for (const number of numbers) {
      const stored = await store.#readStored(number);
      if (stored === null) continue;
      const { settings: _, ...facts } = stored;
      store.#facts.push(facts);
    }
    store.#trial = await store.#readTrial();
    if (store.#facts.length === 0) await store.#begin(now.wallMs);
    return store;
  }

  /** Every generation, the oldest first. */
  get facts(): readonly GenerationFacts[] {
    return this.#facts;
  }

  get latest(): GenerationFacts {
    const latest = this.#facts.at(-1);
    assert(latest !== undefined, "a store has at least one generation");
    return latest;
  }

  get trial(): Trial | null {
    return this.#trial;
  }

  /** The settings of a generation with every default filled in; null where there is no such one. */
  async settingsOf(generation: number): Promise<Settings | null> {
    if (!this.#facts.some((facts) => facts.generation === generation)) return null;
    const stored = await this.#readStored(generation);
    if (stored === null) return null;
    const parsed = parseSettings(JSON.stringify(stored.settings));
    assert(parsed.ok, `generation ${generation} holds settings without faults`);
    return parsed.value;
  }

  /** Writes the next generation and the settings file, as a trial. */
  async begin(
    settings: Settings,
    facts: Omit<GenerationFacts, "generation">,
    windowMs: number | null,
  ): Promise<GenerationFacts> {
    assert(this.#trial === null, "one trial at a time");
    const previous = this.latest.generation;
    const generation = previous + 1;
    const { author, reason, atMs } = facts;
    await this.#writeTrial({ generation, previous, author, reason, atMs, windowMs });
    await this.#append({ ...facts, generation }, settings);
    await this.#writeSettingsFile(settings);
    return this.latest;
  }

  /** The trial is for good. */
  async keep(): Promise<void> {
    await removeFile(join(this.#folder, TRIAL_FILE));
    this.#trial = null;
    await this.#dropOldest();
  }

  /** The unit did not take the trial: as if it had never been. */
  async withdraw(): Promise<void> {
    const trial = this.#trial;
    assert(trial !== null, "only a trial is withdrawn");
    const settings = await this.settingsOf(trial.previous);
    assert(settings !== null, "the generation before a trial is there");
    await this.#writeSettingsFile(settings);
    if (this.latest.generation === trial.generation) {
      await removeFile(join(this.#folder, fileName(trial.generation)));
      this.#facts.pop();
    }
    await this.keep();
  }

  /** Puts the generation before the trial back, as a new one. Also after a crash within itself. */
  async rollBack(reason: string, atMs: number): Promise<GenerationFacts> {
    const trial = this.#trial;
    assert(trial !== null, "only a trial is rolled back");
    const settings = await this.settingsOf(trial.previous);
    assert(settings !== null, "the generation before a trial is there");
    if (this.latest.generation === trial.generation)
      await this.#append(
        {
          generation: trial.generation + 1,
          author: "futago",
          atMs,
          reason,
          origin: "rollback",
          source: trial.previous,
        },
        settings,
      );
    await this.#writeSettingsFile(settings);
    await this.keep();
    return this.latest;
  }

  /**
   * Somebody has edited the settings file by hand: what it says is a generation, for good. Null where it says
   * what the latest one says, or has faults.
   */
  async adoptFile(atMs: number): Promise<GenerationFacts | null> {
    if (this.#trial !== null) return null;
    const [settings, latest] = [
      await this.#readSettingsFile(),
      await this.settingsOf(this.latest.generation),
    ];
    if (settings === null || latest === null) return null;
    if (JSON.stringify(sparseSettings(settings)) === JSON.stringify(sparseSettings(latest))) return null;
    const generation = this.latest.generation + 1;
    const reason = "the settings file was edited outside the console";
    await this.#append({ generation, author: "file", atMs, reason, origin: "file", source: null }, settings);
    return this.latest;
  }

  async #begin(atMs: number): Promise<void> {
    const settings = (await this.#readSettingsFile()) ?? defaultSettings();
    const reason = "the settings that the unit began with";
    await this.#append(
      { generation: 1, author: "futago", atMs, reason, origin: "first", source: null },
      settings,
    );
  }

  async #append(facts: GenerationFacts, settings: Settings): Promise<void> {
    const stored: Stored = { ...facts, settings: sparseSettings(settings) };
    await writeWholeFile(join(this.#folder, fileName(facts.generation)), asText(stored));
    this.#facts.push(facts);
  }

  async #dropOldest(): Promise<void> {
    while (this.#facts.length > KEPT_MAX) {
      const oldest = this.#facts.shift();
      if (oldest !== undefined) await removeFile(join(this.#folder, fileName(oldest.generation)));
    }
  }

  async #writeSettingsFile(settings: Settings): Promise<void> {
    await writeWholeFile(this.#settingsPath, asText(sparseSettings(settings)));
  }

  /** Null where it is not there or has faults. */
  async #readSettingsFile(): Promise<Settings | null> {
    try {
      const parsed = parseSettings(await readFile(this.#settingsPath, "utf8"));
      return parsed.ok ? parsed.value : null;
    } catch (error) {
      if (isMissing(error)) return defaultSettings();
      throw error;
    }
  }

  /** Null where it has been withdrawn or dropped meanwhile. */
  async #readStored(generation: number): Promise<Stored | null> {
    try {
      return JSON.parse(await readFile(join(this.#folder, fileName(generation)), "utf8")) as Stored;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async #writeTrial(trial: Trial): Promise<void> {
    await writeWholeFile(join(this.#folder, TRIAL_FILE), asText(trial));
    this.#trial = trial;
  }

  async #readTrial(): Promise<Trial | null> {
    try {
      return JSON.parse(await readFile(join(this.#folder, TRIAL_FILE), "utf8")) as Trial;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }
}

/**
 * At the start of the unit, before anything reads the settings: a change that nobody confirmed is rolled
 * back. Answers what was rolled back, for the log; null where there was nothing.
 */
export async function recoverSettings(
  folder: string,
  settingsPath: string,
  now: { readonly wallMs: number },
): Promise<Trial | null> {
  if (!existsSync(join(folder, TRIAL_FILE))) return null;
  const store = await GenerationStore.open(folder, settingsPath, now);
  const { trial } = store;
  assert(trial !== null, "a trial's file is read");
  if (store.latest.generation < trial.generation) await store.keep();
  else await store.rollBack("the unit was started again before the change was confirmed", now.wallMs);
  return trial;
}
