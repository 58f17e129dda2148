/** The store's numbers, with their reasons. Sizes in bytes, times in milliseconds. */

/** Bodies up to this stand in the index, beside their heads: one look-up. Larger ones cost it whole runs of pages. */
export const INLINE_BYTES_MAX = 4 * 1024;

/** Bytes of a body that share one checksum in a file: what a reader must read to be sure of one of them. */
export const BLOCK_BYTES = 128 * 1024;

/**
 * Bodies up to this lie in the slab, one behind the other in one file: making and removing a file for each costs
 * ten times the processor time. It is no more than BLOCK_BYTES: a writer holds that much in memory.
 */
export const SLAB_BYTES_MAX = 128 * 1024;

/** What the slab gives out; a body wastes half of it. One byte of memory keeps count of each. */
export const SLAB_UNIT_BYTES = 2 * 1024;

/** What a body in the slab counts of the budget, for each byte: the gaps between bodies are on the disk as well. */
export const SLAB_SPREAD = 1.06;

/** Free room at the slab's end that is given back to the disk. */
export const SLAB_CUT_BYTES = 1024 * 1024;

/** Blocks that one read asks for: two are enough to keep the disk and the checksum busy. */
export const READ_BLOCKS = 2;

/** Bytes that wait for the disk in one writer before its source is stopped. */
export const WRITE_QUEUE_BYTES_MAX = 1024 * 1024;

/** Buffers of bodies up to this are used again, and so many are kept for it. */
export const SPARE_BODY_BYTES = 64 * 1024 + 4;
export const SPARE_BODIES_MAX = 128;

/** Buffers for reading files that are kept to be filled again; each is as large as READ_BLOCKS. */
export const SPARE_READS_MAX = 128;

/** A head with its key larger than this is not stored: it could not pass the ring. */
export const HEAD_BYTES_MAX = 256 * 1024;

/** Entries of one key that `find` looks at, the newest first; the oldest beyond it go when one is added. */
export const ENTRIES_PER_KEY_MAX = 64;

/** Changes from one worker that wait for the index. Small bodies pass through it. */
export const RING_BYTES = 8 * 1024 * 1024;

/** One transaction takes no more than this of the rings, so that the writing thread is free again soon. */
export const TRANSACTION_CHANGES_MAX = 512;
export const TRANSACTION_BYTES_MAX = 4 * 1024 * 1024;

/** Changes gather this long before they are committed: a commit costs about as much for fifty as for one. */
export const COMMIT_DELAY_MS = 20;

/** Entries that one transaction evicts at most. */
export const EVICTIONS_MAX = 2_000;

/** How often the index is synced: a loss of power costs no more than what came since. */
export const SYNC_INTERVAL_MS = 500;

/** Entries that one step of an eviction passes over before it takes the next one, visited or not. */
export const EVICTION_STEPS_MAX = 2_000;

/** Bodies of files up to this may live in memory. */
export const HOT_BODY_BYTES_MAX = 4 * 1024 * 1024;

/** Bodies that are on their way from a file into memory at once. */
export const HOT_LOADS_MAX = 4;

/** Of a worker's memory for responses: the rest is for what was evicted and is not collected yet. */
export const HOT_SHARE = 0.8;

/** What an entry in memory costs beside its text and body: objects, the map's slot, what is made ready to be sent. */
export const HOT_ENTRY_OVERHEAD_BYTES = 2048;
/** Its fields stand there three times: one by one, as the lines of a head, and in the head of this second. */
export const HOT_TEXT_COPIES = 3;
export const HOT_FIELD_OVERHEAD_BYTES = 128;

/** A waiting worker looks again after this, should a wake-up have been lost: not before a commit is due. */
export const WAKE_FALLBACK_MS = 60;

/** Entries that a purge looks at before it lets others run: under a millisecond or two. */
export const PURGE_STEP_ENTRIES = 200;

/** Changes of a purge that may wait for the index at once. */
export const PURGE_CHANGES_MAX = 512;

/** Names of one folder that the sweep for orphans looks at before it lets others run. */
export const SWEEP_STEP_FILES = 64;

/** The same fault is logged once in this time. */
export const FAULT_LOG_INTERVAL_MS = 5_000;

/** How long `close` waits for changes to be committed. */
export const CLOSE_TIMEOUT_MS = 5_000;

/** On a disk that is full before the budget is, this share of what is held stays, for this long. */
export const RELIEF_SHARE = 0.9;
export const RELIEF_MS = 60_000;

/** Room that is kept for the index to make room with. */
export const RESERVE_BYTES = 2 * 1024 * 1024;
