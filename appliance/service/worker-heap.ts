/** The heap that a worker's JavaScript gets: what its settings can fill, and not what the machine would bear. */
import type { ResourceLimits } from "node:worker_threads";

const MIB = 1024 * 1024;

/**
 * V8 triples this space once many objects outlive a collection, and keeps it. With half of its default a hit takes
 * the same processor time.
 */
const YOUNG_MIB = 48;
/** The program itself, and what is on its way. */
const OLD_MIB = 512;
/** A connection with a transaction: an idle one takes about 5 KiB. */
const CONNECTION_BYTES = 16 * 1024;
/**
 * Of the responses in memory the heads are here, the bodies are not: most of it where bodies are small. Budgets beyond
 * the default of 256 MiB so pass 2 GiB, where a miss takes a tenth less of processor time.
 */
const OLD_PER_RESPONSE_BYTE = 2.75;

/**
 * Limits for one worker, which may get all connections. They decide what of its memory is garbage: V8 waits with a
 * collection until the heap is up to four times what was alive after the last one, the longer the further its limit
 * is; below 2 GiB no more than twice.
 */
export function workerHeap(connectionsMax: number, memoryBytesMax: number): ResourceLimits {
  const bytes = connectionsMax * CONNECTION_BYTES + memoryBytesMax * OLD_PER_RESPONSE_BYTE;
  return {
    maxYoungGenerationSizeMb: YOUNG_MIB,
    maxOldGenerationSizeMb: OLD_MIB + Math.ceil(bytes / MIB),
  };
}
