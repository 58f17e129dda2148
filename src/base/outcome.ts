/** An expected failure is a value, never an exception. */
export type Outcome<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** Wraps a success. */
export const success = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

/** Wraps an expected failure. */
export const failure = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });
