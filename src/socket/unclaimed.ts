import { assert } from "#base/assert.ts";
import type { WireHandler } from "#transport/wire.ts";

/** The handler of a wire that nobody has taken yet. */
export const UNCLAIMED: WireHandler = {
  onData: () => {
    assert(false, "a wire has a handler before its first bytes arrive");
  },
  onEnd: () => {},
  onDrain: () => {},
  onClose: () => {},
};
