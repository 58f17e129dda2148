/** What a unit of the pair works as, in the manual's words. */
import type { PairStatus } from "#console/contract/pair.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import type { Tone } from "#console/ui/widgets/state-badge.tsx";

type Operation = PairStatus["own"]["operation"];

const BADGES: Readonly<Record<Operation, { readonly tone: Tone; readonly word: Phrase }>> = {
  active: { tone: "active", word: ["稼働", "Active"] },
  standby: { tone: "standby", word: ["待機", "Standby"] },
  "out-of-service": { tone: "caution", word: ["停止", "Out of service"] },
};

/** The badge of a unit; of nobody it is 不明. */
export const operationBadge = (operation: Operation | null) =>
  operation === null ? ({ tone: "unknown", word: ["不明", "Unknown"] } as const) : BADGES[operation];

/** The sentences of 現在のシステム運用状況. */
export const OPERATION_SENTENCES: Readonly<Record<Operation, Phrase>> = {
  active: ["稼働系として運用中です。", "Working as the active unit."],
  standby: ["待機系として運用中です。", "Working as the standby unit."],
  "out-of-service": ["運用していません。", "Not in service."],
};
