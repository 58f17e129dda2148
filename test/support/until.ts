/** Waiting for a state, with a limit; never for a time. */
import { setTimeout as pause } from "node:timers/promises";

const STEP_MS = 5;

/** Resolves with the first value of `read` that is not undefined; throws after `limitMs`. */
export async function until<T>(
  read: () => T | undefined | Promise<T | undefined>,
  limitMs: number,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await read();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms`);
    await pause(STEP_MS);
  }
}
