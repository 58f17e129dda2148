/** The states of the proxy, in the manual's words where it has them. */
import type { ProxyState } from "#console/contract/proxy.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import type { Tone } from "#console/ui/widgets/state-badge.tsx";

export const PROXY_STATES: Readonly<
  Record<ProxyState["state"], { readonly tone: Tone; readonly word: Phrase }>
> = {
  starting: { tone: "caution", word: ["起動しています", "Starting"] },
  serving: { tone: "active", word: ["起動中", "Running"] },
  draining: { tone: "caution", word: ["終了処理中", "Draining"] },
  stopped: { tone: "unknown", word: ["停止中", "Stopped"] },
  unreachable: { tone: "fault", word: ["応答なし", "Does not answer"] },
};
