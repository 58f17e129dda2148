/** One step of the election: what is known, what is decided, what is due. Pure. */
import { assert } from "#base/assert.ts";
import type { ElectionCommand } from "./command.ts";
import type { PairConfig } from "./config.ts";
import { performDuties, sayGoodbye } from "./duties.ts";
import type { Election, ElectionDraft } from "./election.ts";
import { enter } from "./enter.ts";
import type { ElectionEvent } from "./event.ts";

import { TRANSITIONS_PER_EVENT_MAX } from "./limits.ts";
import { observe } from "./observe.ts";
import { TRANSITIONS, type Transition } from "./transitions.ts";

export interface Stepped {
  readonly state: Election;
  /** In the order in which they are to be done, once the kernel has the addresses of `state`. */
  readonly commands: readonly ElectionCommand[];
}

/**
 * The next state of a unit and what it has to do. The driver passes the time of its monotonic clock with
 * every event, and a tick at `nextDeadlineMs` at the latest; the time of day never matters.
 */
export function step(state: Election, config: PairConfig, event: ElectionEvent): Stepped {
  const draft: ElectionDraft = { ...state };
  const commands: ElectionCommand[] = [];
  observe(draft, config, event);
  decide(draft, config, commands);
  performDuties(draft, config, commands);
  if (draft.at === "off" && state.at !== "off") sayGoodbye(draft, config, commands);
  return { state: draft, commands };
}

/** The first row that holds, if any. */
function nextTransition(state: Election, config: PairConfig): Transition | undefined {
  for (const transition of TRANSITIONS[state.at]) if (transition.when(state, config)) return transition;
  return undefined;
}

function decide(draft: ElectionDraft, config: PairConfig, commands: ElectionCommand[]): void {
  for (let hops = 0; ; hops += 1) {
    const transition = nextTransition(draft, config);
    if (transition === undefined) break;
    assert(hops < TRANSITIONS_PER_EVENT_MAX, `${draft.at} ${transition.reason}: transitions go in a circle`);
    enter(draft, config, transition, commands);
  }
  draft.stalled = false;
}
