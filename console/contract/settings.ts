/** Generations of the settings: immutable, numbered from 1, each with who, when and why. */
import Type from "typebox";
import { Change } from "./difference.ts";
import { closed, count, Instant, nullable, oneOf, pageQuery, text } from "./parts.ts";
import { Fault } from "./problem.ts";

/** A whole settings document, every default filled in where the server sends it. Checked by the settings' schema. */
export const Document = Type.Record(Type.String(), Type.Unknown());

export const GenerationRow = closed({
  generation: count(),
  author: text(200),
  at: Instant,
  reason: text(2_000),
  /** What made it: a change in the console, an earlier generation, a roll-back, a file edited by hand, the peer. */
  origin: oneOf("first", "console", "restore", "rollback", "file", "backup", "peer"),
  /** For restore and rollback: the generation whose settings these are. */
  source: nullable(count()),
  /** current: in use; pending: in use until it is confirmed or rolled back; past otherwise. */
  state: oneOf("current", "pending", "past", "rolled-back"),
  sections: Type.Array(text(100)),
});
export type GenerationRow = Type.Static<typeof GenerationRow>;

export const Pending = closed({
  generation: count(),
  /** Where a roll-back goes. */
  previous: count(),
  author: text(200),
  reason: text(2_000),
  appliedAt: Instant,
  leftMs: count(),
  windowMs: count(),
});
export type Pending = Type.Static<typeof Pending>;

export const SettingsState = closed({
  generation: count(),
  /** For If-Match; also sent as the ETag. */
  etag: text(64),
  settings: Document,
  author: text(200),
  at: Instant,
  reason: text(2_000),
  pending: nullable(Pending),
});
export type SettingsState = Type.Static<typeof SettingsState>;

export const SchemaAnswer = closed({
  /** JSON Schema 2020-12; `form` says in words what a text must look like. */
  schema: Type.Unknown(),
  /** A row for each setting, in the schema's order; lists have `[]` in their path. */
  rows: Type.Array(
    closed({
      path: text(1_000),
      section: text(100),
      type: text(16),
      unit: nullable(text(32)),
      allowed: text(10_000),
      fallback: nullable(text(10_000)),
      description: text(10_000),
      /** Whether both units of a pair may have it alike, or it is this unit's only. */
      scope: oneOf("shared", "unit"),
      /** Whether a change acts only after a restart of the unit. */
      needsRestart: Type.Boolean(),
    }),
  ),
});
export type SchemaAnswer = Type.Static<typeof SchemaAnswer>;

export const CheckQuestion = closed({
  settings: Document,
  /** What it is compared with; without it the generation in use. */
  base: Type.Optional(count()),
});
export const CheckAnswer = closed({
  faults: Type.Array(Fault),
  changes: Type.Array(Change),
  /** Paths of what changes only at the next start. */
  notes: Type.Array(text(1_000)),
  /** What an administrator should know before applying, such as that the console's own address changes. */
  warnings: Type.Array(
    oneOf("console-moves", "console-off", "listeners-change", "pair-changes", "no-floating-address"),
  ),
});
export type CheckAnswer = Type.Static<typeof CheckAnswer>;

export const Draft = closed({
  base: count("the generation that was edited"),
  settings: Document,
  savedAt: Instant,
  /** Others have applied a generation since: applying this one is answered 412 until it is merged. */
  isStale: Type.Boolean(),
  check: CheckAnswer,
});
export type Draft = Type.Static<typeof Draft>;
export const DraftState = closed({ draft: nullable(Draft) });
export type DraftState = Type.Static<typeof DraftState>;
export const NewDraft = closed({ base: count(), settings: Document });

export const Reason = Type.String({ minLength: 1, maxLength: 2_000 });
/** Seconds until a roll-back by itself; null applies for good. */
export const ConfirmWithin = nullable(Type.Integer({ minimum: 30, maximum: 600, default: 120 }));
export const Apply = closed({
  /** Without it one's own draft is applied. */
  settings: Type.Optional(Document),
  reason: Reason,
  confirmWithinS: ConfirmWithin,
});
export const Restore = closed({ reason: Reason, confirmWithinS: ConfirmWithin });
export const Applied = closed({
  generation: GenerationRow,
  changes: Type.Array(Change),
  notes: Type.Array(text(1_000)),
  pending: nullable(Pending),
});
export type Applied = Type.Static<typeof Applied>;

export const HistoryQuery = closed(pageQuery);
export const History = closed({ generations: Type.Array(GenerationRow), more: Type.Boolean() });
export type History = Type.Static<typeof History>;
export const Generation = closed({
  row: GenerationRow,
  settings: Document,
  /** Against the generation before it. */
  changes: Type.Array(Change),
});
export const DifferenceQuery = closed({ from: count(), to: count() });
export const Difference = closed({ from: count(), to: count(), changes: Type.Array(Change) });
export const Blame = closed({
  rows: Type.Array(
    closed({
      path: text(1_000),
      value: Type.Unknown(),
      generation: count(),
      author: text(200),
      at: Instant,
      reason: text(2_000),
    }),
  ),
});
export type Blame = Type.Static<typeof Blame>;
export const PendingState = closed({ pending: nullable(Pending) });
