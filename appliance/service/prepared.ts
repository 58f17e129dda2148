/** A change that has been made ready and can still be taken back. */
export interface Prepared {
  /** Takes effect. */
  readonly commit: () => void;
  /** Undoes what was made ready. */
  readonly discard: () => void;
}

/** Nothing to change. */
export const UNCHANGED: Prepared = { commit: () => {}, discard: () => {} };
