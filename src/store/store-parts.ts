/** What a thread's store is made of. */
import type { ReportFault } from "./faults.ts";
import type { IndexDb } from "./index-db.ts";
import type { SharedState } from "./shared-memory.ts";

export interface StoreParts {
  readonly folder: string;
  readonly memoryBytesMax: number;
  readonly diskBytesMax: number;
  readonly objectBytesMax: number;
  /** This thread's place in the shared memory. */
  readonly index: number;
  readonly shared: SharedState;
  readonly rings: readonly SharedArrayBuffer[];
  readonly db: IndexDb;
  readonly wallMs: () => number;
  readonly report: ReportFault;
  /** What this thread owns beside, such as the writing of the index. */
  readonly closeOwned: () => Promise<void>;
}
