/** Programmer errors: they crash the worker, which is restarted and reported. Never for input. */

/** Throws when `condition` is false. `message` names the invariant that was broken. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}
