/** What a transition does beside changing the state. */
import type { ElectionCommand } from "./command.ts";
import type { PairConfig } from "./config.ts";
import type { ElectionDraft, Reason } from "./election.ts";
import { preferred } from "./facts.ts";
import { HANDOVER_RETRY_MS, TAKES_MAX } from "./limits.ts";
import { restartAnnouncements } from "./observe.ts";
import type { StateName } from "./packet.ts";
import type { Transition } from "./transitions.ts";

/** Reasons that are nobody's fault. */
const ORDINARY: ReadonlySet<Reason> = new Set([
  "start",
  "link-proven",
  "recovered",
  "resumed",
  "handover",
  "maintenance",
  "operator",
  "peer-asks",
  "handed-over",
  "stop",
]);

const holds = (at: StateName): boolean => at === "active" || at === "handing-over";

/** Makes the transition, and adds its commands. */
export function enter(
  draft: ElectionDraft,
  config: PairConfig,
  { to, reason }: Transition,
  commands: ElectionCommand[],
): void {
  const from = draft.at;
  draft.at = to;
  draft.reason = reason;
  draft.sinceMs = draft.nowMs;
  draft.nextBeatMs = draft.nowMs;
  draft.stalled = false;
  draft.heldBack = false;
  commands.push(changeLog(draft, config, from));
  if (to === "active") enterActive(draft, config, from, commands);
  if (to === "handing-over") {
    // In a split the peer has the address already.
    draft.peerTookMs = reason === "split" ? draft.nowMs : null;
    // The wish is being fulfilled: left standing, it would make this unit ask for the address back at once.
    draft.handoverAskedMs = null;
    // A move by hand against the settings stays until there is a new reason to move.
    draft.failbackSuspended = (reason === "operator" || reason === "peer-asks") && preferred(draft, config);
    commands.push({ kind: "prepare-handover" });
  }
  if (reason === "handed-over") commands.push({ kind: "drain-connections" });
  if (to === "off") {
    draft.started = false;
    draft.peer = null;
  }
}

function enterActive(
  draft: ElectionDraft,
  config: PairConfig,
  from: StateName,
  commands: ElectionCommand[],
): void {
  draft.handoverAskedMs = null;
  draft.failbackSuspended = draft.reason === "handover-failed" && draft.failbackSuspended;
  if (from === "handing-over") {
    // The peer may have announced before it let go again.
    restartAnnouncements(draft);
    draft.handoverRetryMs = draft.nowMs + HANDOVER_RETRY_MS;
    return;
  }
  // What was found under an older lease needs a new one too.
  draft.renewedMs = draft.nowMs;
  commands.push({ kind: "renew-lease", leaseMs: config.leaseMs });
  draft.takesMs = [...draft.takesMs, draft.nowMs].slice(-TAKES_MAX);
  restartAnnouncements(draft);
  if (draft.reason !== "handover" && draft.reason !== "resumed") commands.push({ kind: "reset-connections" });
}

/** One line a change. The unit set as standby writes the manual's words when it takes and when it gives back. */
function changeLog(draft: ElectionDraft, config: PairConfig, from: StateName): ElectionCommand {
  const { at: to, reason } = draft;
  const line = config.role === "standby" ? manualLine(config, holds(from), holds(to)) : null;
  return {
    kind: "log",
    level: ORDINARY.has(reason) ? "info" : "warning",
    event: "state-changed",
    values: { from, to, reason },
    ...(line === null ? {} : { line }),
  };
}

/** The manual, section 4.3, word for word. */
function manualLine(config: PairConfig, held: boolean, holdsNow: boolean): string | null {
  if (held === holdsNow) return null;
  return holdsNow
    ? `CStrap(6) : Standby System(${config.peerAddress}) is an Active System renew.`
    : `CStrap(5) : Standby System(${config.ownAddress}) is a Enable.`;
}
