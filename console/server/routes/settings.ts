/** The settings: read, check, stage, apply, confirm, history, blame, restore. */
import type {
  Applied,
  CheckAnswer,
  DraftState,
  SchemaAnswer,
  SettingsState,
} from "#console/contract/settings.ts";
import type { StoredDraft } from "#console/server/drafts.ts";
import type { Call, HandlersOf } from "#console/server/handler.ts";
import { nameOf } from "#console/server/identity.ts";
import { Refusal } from "#console/server/refusal.ts";
import { isoOf, type Services } from "#console/server/services.ts";
import { changesBetween } from "#console/server/settings-desk.ts";
import { AT_NEXT_START } from "#settings/at-next-start.ts";
import { describeSettings } from "#settings/describe.ts";
import type { Settings } from "#settings/schema.ts";
import { SETTINGS_NODE } from "#settings/schema-node.ts";
import { scopeOf } from "#settings/scope.ts";
import { leafValues } from "#settings/value-changes.ts";
import type { GenerationFacts, Origin } from "#settings-file/generation-store.ts";

type Names =
  | "settings.read"
  | "settings.schema"
  | "settings.check"
  | "settings.draft.read"
  | "settings.draft.write"
  | "settings.draft.remove"
  | "settings.apply"
  | "settings.history"
  | "settings.generation"
  | "settings.restore"
  | "settings.difference"
  | "settings.blame"
  | "settings.pending"
  | "settings.confirm"
  | "settings.revert";

const HISTORY_LIMIT = 50;

export function settingsRoutes(services: Services): HandlersOf<Names> {
  const { desk, drafts } = services;
  return {
    "settings.read": ({ reply }) => {
      const state = settingsState(services);
      void reply.header("etag", state.etag);
      return state;
    },
    "settings.schema": () => schemaAnswer(),
    "settings.check": async ({ body }) =>
      desk.check(body.settings, body.base === undefined ? desk.settings : await desk.settingsOf(body.base)),
    "settings.draft.read": ({ who }) => draftState(services, drafts.find(nameOf(who))),
    "settings.draft.write": async ({ body, who }) => {
      await desk.settingsOf(body.base);
      return draftState(services, await drafts.put(nameOf(who), body.base, body.settings));
    },
    "settings.draft.remove": async ({ who }) => {
      await drafts.remove(nameOf(who));
      return { done: true };
    },
    "settings.apply": (call) => applyDraft(services, call),
    "settings.history": async ({ query }) => {
      const { rows, more } = await desk.history(query.before ?? null, query.limit ?? HISTORY_LIMIT);
      return { generations: rows, more };
    },
    "settings.generation": async ({ params: { number } }) => ({
      row: await desk.row(factsOf(services, number)),
      settings: { ...(await desk.settingsOf(number)) },
      changes: await desk.changesOf(number),
    }),
    "settings.restore": async (call) => {
      const { number } = call.params;
      const settings = await desk.settingsOf(number);
      const order = { settings, origin: "restore" as const, source: number, ...call.body };
      return applySettings(services, call, order);
    },
    "settings.difference": async ({ query: { from, to } }) => ({
      from,
      to,
      changes: changesBetween(await desk.settingsOf(from), await desk.settingsOf(to)),
    }),
    "settings.blame": () => blame(services),
    "settings.pending": () => ({ pending: desk.pending }),
    "settings.confirm": async ({ note }) => {
      const facts = await desk.confirm();
      note(`generation ${facts.generation}`);
      return desk.row(facts);
    },
    "settings.revert": async ({ who, note }) => {
      const facts = await desk.revert(`rolled back by ${nameOf(who)}`);
      note(`to generation ${facts.source ?? 0}, as ${facts.generation}`);
      return desk.row(facts);
    },
  };
}

const etagOf = (generation: number): string => `"${generation}"`;

function settingsState({ desk }: Services): SettingsState {
  const { generation, author, atMs, reason } = desk.latest;
  return {
    generation,
    etag: etagOf(generation),
    settings: { ...desk.settings },
    author,
    at: isoOf(atMs),
    reason,
    pending: desk.pending,
  };
}

function schemaAnswer(): SchemaAnswer {
  const late: readonly string[] = AT_NEXT_START;
  return {
    schema: SETTINGS_NODE,
    rows: describeSettings().flatMap(({ name, rows }) =>
      rows.map(({ path, type, unit, allowed, fallback, description }) => ({
        path,
        section: name,
        type,
        unit,
        allowed,
        fallback,
        description,
        scope: scopeOf(path),
        needsRestart: late.includes(path),
      })),
    ),
  };
}

async function draftState({ desk }: Services, draft: StoredDraft | null): Promise<DraftState> {
  if (draft === null) return { draft: null };
  const { base, settings, savedMs } = draft;
  const before = await desk.settingsOf(base).catch(() => desk.settings);
  const check: CheckAnswer = desk.check(settings, before);
  return {
    draft: { base, settings, savedAt: isoOf(savedMs), isStale: base !== desk.latest.generation, check },
  };
}

function factsOf({ desk }: Services, number: number): GenerationFacts {
  const facts = desk.facts.find(({ generation }) => generation === number);
  if (facts === undefined) throw new Refusal("not-found", `there is no generation ${number}`);
  return facts;
}

async function applyDraft(services: Services, call: Call<"settings.apply">): Promise<Applied> {
  const author = nameOf(call.who);
  const { settings: given, reason, confirmWithinS } = call.body;
  const document = given ?? services.drafts.find(author)?.settings;
  if (document === undefined) throw new Refusal("conflict", "there is no draft to apply");
  const parsed = services.desk.parse(document);
  if (!parsed.ok) throw new Refusal("settings-faults", undefined, { faults: [...parsed.error] });
  const order = { settings: parsed.value, origin: "console" as const, source: null, reason, confirmWithinS };
  const applied = await applySettings(services, call, order);
  // One that was sent along may be another than the one that is staged.
  if (given === undefined) await services.drafts.remove(author);
  return applied;
}

export interface SettingsOrder {
  readonly settings: Settings;
  readonly origin: Origin;
  readonly source: number | null;
  readonly reason: string;
  readonly confirmWithinS: number | null;
}

/** Applies a whole document on the generation of If-Match. */
export async function applySettings(
  { desk }: Services,
  call: Pick<Call<"settings.apply">, "who" | "base" | "note">,
  order: SettingsOrder,
): Promise<Applied> {
  const before = desk.settings;
  const check = desk.check(order.settings, before);
  const { confirmWithinS, ...rest } = order;
  const confirmWithinMs = confirmWithinS === null ? null : confirmWithinS * 1_000;
  const facts = await desk.apply({ ...rest, base: call.base, author: nameOf(call.who), confirmWithinMs });
  call.note(`generation ${facts.generation}: ${order.reason}`);
  return {
    generation: await desk.row(facts),
    changes: check.changes,
    notes: check.notes,
    pending: desk.pending,
  };
}

/** For each value of the settings in use, the generation that set it last. */
async function blame({ desk }: Services): Promise<{
  rows: { path: string; value: unknown; generation: number; author: string; at: string; reason: string }[];
}> {
  const setBy = new Map<string, { readonly text: string; readonly facts: GenerationFacts }>();
  for (const facts of desk.facts) {
    const settings = await desk.storedSettings(facts.generation);
    if (settings === null) continue;
    for (const [path, value] of leafValues(settings)) {
      const text = JSON.stringify(value);
      if (setBy.get(path)?.text !== text) setBy.set(path, { text, facts });
    }
  }
  return {
    rows: leafValues(desk.settings).map(([path, value]) => {
      const { generation, author, atMs, reason } = setBy.get(path)?.facts ?? desk.latest;
      return { path, value, generation, author, at: isoOf(atMs), reason };
    }),
  };
}
