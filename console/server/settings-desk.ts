/**
 * Changes of the settings: checked, compared, applied as a generation, and either confirmed or rolled back.
 * One at a time; a reader sees the state before or after a change.
 */
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { Outcome } from "#base/outcome.ts";
import type { Change } from "#console/contract/difference.ts";
import type { CheckAnswer, GenerationRow, Pending } from "#console/contract/settings.ts";
import { watchesPair } from "#election/watches-pair.ts";
import { changedAtNextStart } from "#settings/at-next-start.ts";
import { changedSections } from "#settings/difference.ts";
import { parseSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";
import type { SettingsFault } from "#settings/settings-fault.ts";
import { valueChanges } from "#settings/value-changes.ts";
import type { GenerationFacts, GenerationStore, Origin } from "#settings-file/generation-store.ts";
import { Refusal } from "./refusal.ts";

export interface SettingsDeskDeps {
  readonly store: GenerationStore;
  /** What only the unit can judge: meaning, addresses, files. */
  readonly faultsOf: (settings: Settings) => readonly SettingsFault[];
  /** Makes the unit read its settings file. */
  readonly reload: () => Promise<Outcome<unknown, string>>;
  /** Makes the console itself ready for the settings, or says why it cannot. */
  readonly prepare: (settings: Settings) => Promise<Outcome<null, string>>;
  /** Something has changed: generation, trial or both. */
  readonly onChange: (desk: SettingsDesk) => void;
  /** A roll-back that nobody asked for. */
  readonly onRollback: (detail: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ApplyOrder {
  readonly settings: Settings;
  /** The generation that was edited. */
  readonly base: number;
  readonly author: string;
  readonly reason: string;
  readonly confirmWithinMs: number | null;
  readonly origin: Origin;
  readonly source: number | null;
}

/** How often the settings file is looked at for edits by hand. */
const WATCH_MS = 2_000;

export const changesBetween = (before: Settings, after: Settings): Change[] =>
  valueChanges(before, after).map((change) => ({ ...change, section: change.path.split(/[.[]/)[0] ?? "" }));

const iso = (wallMs: number): string => new Date(wallMs).toISOString();

export class SettingsDesk implements Disposable {
  readonly #deps: SettingsDeskDeps;
  #current: Settings;
  #turn: Promise<unknown> = Promise.resolve();
  #deadlineMs = 0;
  #rollbackTimer: NodeJS.Timeout | null = null;
  readonly #watchTimer: NodeJS.Timeout;
  /** Sections that changed, by generation; filled as they are asked for. */
  readonly #sections = new Map<number, readonly string[]>();

  private constructor(deps: SettingsDeskDeps, current: Settings) {
    this.#deps = deps;
    this.#current = current;
    this.#watchTimer = setInterval(() => void this.#inTurn(() => this.#adoptFile()), WATCH_MS);
    this.#watchTimer.unref();
  }

  static async open(deps: SettingsDeskDeps): Promise<SettingsDesk> {
    await deps.store.adoptFile(deps.clock.wallMs());
    const current = await deps.store.settingsOf(deps.store.latest.generation);
    if (current === null) throw new Error("invariant broken: the latest generation is there");
    const desk = new SettingsDesk(deps, current);
    desk.#resumeTrial();
    return desk;
  }

  get settings(): Settings {
    return this.#current;
  }

  get latest(): GenerationFacts {
    return this.#deps.store.latest;
  }

  get pending(): Pending | null {
    const { trial } = this.#deps.store;
    if (trial === null || trial.windowMs === null) return null;
    return {
      generation: trial.generation,
      previous: trial.previous,
      author: trial.author,
      reason: trial.reason,
      appliedAt: iso(trial.atMs),
      leftMs: Math.max(0, Math.round(this.#deadlineMs - this.#deps.clock.nowMs())),
      windowMs: trial.windowMs,
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#watchTimer);
    if (this.#rollbackTimer !== null) clearTimeout(this.#rollbackTimer);
  }

  /** Faults, differences and consequences of a document that somebody edits. */
  check(document: unknown, base: Settings = this.#current): CheckAnswer {
    const parsed = this.parse(document);
    if (!parsed.ok) return { faults: [...parsed.error], changes: [], notes: [], warnings: [] };
    const after = parsed.value;
    const changes = changesBetween(base, after);
    return {
      faults: [],
      changes,
      notes: [...changedAtNextStart(base, after)],
      warnings: warningsOf(base, after),
    };
  }

  /** A document with every default filled in, or all that is wrong with it. */
  parse(document: unknown): Outcome<Settings, readonly SettingsFault[]> {
    const parsed = parseSettings(JSON.stringify(document));
    if (!parsed.ok) return parsed;
    const faults = this.#deps.faultsOf(parsed.value);
    return faults.length === 0 ? parsed : { ok: false, error: faults };
  }

  /** Throws a `Refusal`; on any, nothing has changed. */
  apply(order: ApplyOrder): Promise<GenerationFacts> {
    return this.#inTurn(() => this.#apply(order));
  }

  /** The trial is for good. */
  confirm(): Promise<GenerationFacts> {
    return this.#inTurn(async () => {
      if (this.pending === null) throw new Refusal("conflict", "no change waits for its confirmation");
      await this.#deps.store.keep();
      this.#endTrial();
      return this.latest;
    });
  }

  /** Rolls the trial back now. */
  revert(reason: string): Promise<GenerationFacts> {
    return this.#inTurn(async () => {
      if (this.pending === null) throw new Refusal("conflict", "no change waits for its confirmation");
      return this.#rollBack(reason);
    });
  }

  /** Null where there is no such generation, or no more. */
  storedSettings(generation: number): Promise<Settings | null> {
    return this.#deps.store.settingsOf(generation);
  }

  async settingsOf(generation: number): Promise<Settings> {
    const settings = await this.storedSettings(generation);
    if (settings === null) throw new Refusal("not-found", `there is no generation ${generation}`);
    return settings;
  }

  async changesOf(generation: number): Promise<Change[]> {
    const before = await this.#deps.store.settingsOf(generation - 1);
    return before === null ? [] : changesBetween(before, await this.settingsOf(generation));
  }

  /** Generations before `before`, the newest first. */
  async history(before: number | null, limit: number): Promise<{ rows: GenerationRow[]; more: boolean }> {
    const facts = this.#deps.store.facts.filter(({ generation }) => before === null || generation < before);
    const page = facts.slice(-limit).reverse();
    return { rows: await Promise.all(page.map((each) => this.row(each))), more: facts.length > limit };
  }

  async row(facts: GenerationFacts): Promise<GenerationRow> {
    return {
      generation: facts.generation,
      author: facts.author,
      at: iso(facts.atMs),
      reason: facts.reason,
      origin: facts.origin,
      source: facts.source,
      state: this.#stateOf(facts.generation),
      sections: [...(await this.#sectionsOf(facts.generation))],
    };
  }

  get facts(): readonly GenerationFacts[] {
    return this.#deps.store.facts;
  }

  #stateOf(generation: number): GenerationRow["state"] {
    if (generation === this.latest.generation) return this.pending === null ? "current" : "pending";
    const next = this.facts.find((facts) => facts.generation === generation + 1);
    return next?.origin === "rollback" ? "rolled-back" : "past";
  }

  async #sectionsOf(generation: number): Promise<readonly string[]> {
    const known = this.#sections.get(generation);
    if (known !== undefined) return known;
    const before = await this.#deps.store.settingsOf(generation - 1);
    const after = await this.storedSettings(generation);
    const sections = before === null || after === null ? [] : changedSections(before, after);
    this.#sections.set(generation, sections);
    return sections;
  }

  async #apply(order: ApplyOrder): Promise<GenerationFacts> {
    const { store, clock, prepare, reload } = this.#deps;
    await this.#adoptFile();
    if (order.base !== this.latest.generation) throw await this.#stale(order.base);
    if (store.trial !== null) throw new Refusal("change-pending");
    if (changedSections(this.#current, order.settings).length === 0) throw new Refusal("no-change");
    const faults = this.#deps.faultsOf(order.settings);
    if (faults.length > 0) throw new Refusal("settings-faults", undefined, { faults: [...faults] });
    const ready = await prepare(order.settings);
    if (!ready.ok) throw new Refusal("apply-refused", ready.error);
    const { author, reason, origin, source, confirmWithinMs } = order;
    await store.begin(
      order.settings,
      { author, reason, origin, source, atMs: clock.wallMs() },
      confirmWithinMs,
    );
    const reloaded = await reload();
    if (!reloaded.ok) {
      await store.withdraw();
      this.#deps.onChange(this);
      throw new Refusal("apply-refused", reloaded.error);
    }
    this.#current = order.settings;
    if (confirmWithinMs === null) await store.keep();
    else this.#startTimer(confirmWithinMs);
    this.#deps.onChange(this);
    return this.latest;
  }

  async #stale(base: number): Promise<Refusal> {
    const { generation, author, atMs, reason } = this.latest;
    const before = await this.#deps.store.settingsOf(base);
    const changes = before === null ? [] : changesBetween(before, this.#current);
    return new Refusal("stale", undefined, {
      current: { generation, author, at: iso(atMs), reason, changes },
    });
  }

  async #rollBack(reason: string): Promise<GenerationFacts> {
    const { store, clock, reload, logger } = this.#deps;
    const facts = await store.rollBack(reason, clock.wallMs());
    this.#current = await this.settingsOf(facts.generation);
    const reloaded = await reload();
    // The file is right: the unit has it at its next start, whatever keeps it from reading it now.
    if (!reloaded.ok) logger("error", "rollback-not-loaded", { why: reloaded.error });
    this.#endTrial();
    return facts;
  }

  #endTrial(): void {
    if (this.#rollbackTimer !== null) clearTimeout(this.#rollbackTimer);
    this.#rollbackTimer = null;
    this.#deps.onChange(this);
  }

  /** The console was started again while a change waits: what is left of its time goes on. */
  #resumeTrial(): void {
    const { trial } = this.#deps.store;
    if (trial === null) return;
    const leftMs = trial.atMs + (trial.windowMs ?? 0) - this.#deps.clock.wallMs();
    this.#startTimer(Math.max(0, Math.min(leftMs, trial.windowMs ?? 0)));
  }

  #startTimer(leftMs: number): void {
    this.#deadlineMs = this.#deps.clock.nowMs() + leftMs;
    this.#rollbackTimer = setTimeout(() => void this.#inTurn(() => this.#timeIsOver()), leftMs);
  }

  async #timeIsOver(): Promise<void> {
    const { trial } = this.#deps.store;
    // It was confirmed in the turn before.
    if (trial === null) return;
    const detail = `generation ${trial.generation} was not confirmed in time`;
    await this.#rollBack(detail);
    this.#deps.logger("warning", "settings-rolled-back", {
      generation: trial.generation,
      to: trial.previous,
    });
    this.#deps.onRollback(detail);
  }

  async #adoptFile(): Promise<void> {
    const adopted = await this.#deps.store.adoptFile(this.#deps.clock.wallMs());
    if (adopted === null) return;
    this.#current = await this.settingsOf(adopted.generation);
    await this.#deps.prepare(this.#current);
    this.#deps.onChange(this);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch((error: unknown) => {
      if (!(error instanceof Refusal)) this.#deps.logger("error", "settings-failed", { why: String(error) });
    });
    return done;
  }
}

function warningsOf(before: Settings, after: Settings): CheckAnswer["warnings"] {
  const changed = changedSections(before, after);
  const consoleMoves = changesBetween(before, after).some(({ path }) => path.startsWith("console.listen"));
  return [
    ...(consoleMoves ? ["console-moves" as const] : []),
    ...(after.console.enabled ? [] : ["console-off" as const]),
    ...(changed.includes("listen") ? ["listeners-change" as const] : []),
    ...(changed.includes("redundancy") ? ["pair-changes" as const] : []),
    ...(after.redundancy.enabled && !watchesPair(after.redundancy) ? ["no-floating-address" as const] : []),
  ];
}
