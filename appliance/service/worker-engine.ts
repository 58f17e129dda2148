/** What the engine is told before a worker starts. */
import { setFlagsFromString } from "node:v8";

/**
 * How much of other functions V8 writes into the machine code of one: some four times its defaults.
 *
 * node:ffi puts a function of JavaScript before each of the system's, and those of as many arguments have one machine
 * code in common. Only where that is written into its caller does the engine know which function of the system
 * follows, and calls it directly; otherwise each `read` and each `write` takes a way of 150 ns more.
 */
const INLINED_BYTES = { max: 2_000, cumulativeMax: 4_000 } as const;

/** Sets V8's options for all that is compiled from now on; again changes nothing. */
export function tellEngine(): void {
  setFlagsFromString(`--max-inlined-bytecode-size=${INLINED_BYTES.max}`);
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${INLINED_BYTES.cumulativeMax}`);
}
