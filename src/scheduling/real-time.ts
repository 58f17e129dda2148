/** Real-time scheduling of the calling thread, by sched_setscheduler(2). */
import { dlopen } from "node:ffi";
import { failure, type Outcome, success } from "#base/outcome.ts";

const SCHED_RR = 2;
/** What this process starts is scheduled as everything else is. */
const SCHED_RESET_ON_FORK = 0x4000_0000;
const CALLING_THREAD = 0;
/** Above what is not real-time, below the kernel's own real-time threads (50). */
const PRIORITY = 10;

/** From now on this thread runs before all that is not real-time. The error: it is not permitted here. */
export function scheduleRealTime(): Outcome<null, string> {
  const { functions } = dlopen(null, {
    sched_setscheduler: { arguments: ["i32", "i32", "pointer"], return: "i32" },
  });
  const parameters = Int32Array.of(PRIORITY);
  const result = functions.sched_setscheduler(CALLING_THREAD, SCHED_RR | SCHED_RESET_ON_FORK, parameters);
  return result === 0 ? success(null) : failure("real-time scheduling is not permitted here");
}
