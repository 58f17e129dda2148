import type { Clock } from "#base/clock.ts";
import { eventPoll } from "./event-poll.ts";

/**
 * A clock that is read once for all events that are handed out in one turn: a transaction asks for the time
 * seven times, and a turn takes a few milliseconds at most. Outside of turns it is read each time.
 */
export function turnClock(clock: Clock): Clock {
  const poll = eventPoll();
  let [nowTurn, wallTurn] = [-1, -1];
  let [nowMs, wallMs] = [0, 0];
  return {
    nowMs: () => {
      if (!poll.inTurn) return clock.nowMs();
      if (poll.turn !== nowTurn) {
        nowTurn = poll.turn;
        nowMs = clock.nowMs();
      }
      return nowMs;
    },
    wallMs: () => {
      if (!poll.inTurn) return clock.wallMs();
      if (poll.turn !== wallTurn) {
        wallTurn = poll.turn;
        wallMs = clock.wallMs();
      }
      return wallMs;
    },
  };
}
