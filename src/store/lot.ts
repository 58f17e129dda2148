import type { SlabPlace } from "./slab-map.ts";

/** What one transaction has done so far; forgotten where it fails. */
export class Lot {
  readonly hashes = new Set<number>();
  readonly removedFiles: number[] = [];
  /** Of the slab: taken whether it commits or not, and to be freed when it has. */
  readonly taken: SlabPlace[] = [];
  readonly freed: SlabPlace[] = [];
  /** In files and in the slab. */
  outsideBytes = 0;
  indexBytes = 0;
  evictions = 0;
  changes = 0;
  bytes = 0;
  /** Of the records that wait for the commit. */
  stagedBytes = 0;
}
