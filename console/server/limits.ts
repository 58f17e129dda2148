/** The bounds of the console's server. */

/** A backup is the largest body. */
export const BODY_BYTES_MAX = 10 * 1024 * 1024;
export const HEAD_BYTES_MAX = 16 * 1024;
export const REQUEST_TIMEOUT_MS = 30_000;
export const CONNECTIONS_MAX = 512;
export const KEEP_ALIVE_MS = 60_000;

export const SESSIONS_MAX = 256;
/** However busy it is: a stolen session must end some time. */
export const SESSION_AGE_MS_MAX = 12 * 3_600_000;
export const USERS_MAX = 256;
export const TOKENS_MAX = 256;

/** argon2id: RFC 9106's second recommendation with less memory (OWASP's), so that two at once cost 40 MiB. */
export const ARGON2 = {
  memoryKib: 19_456,
  passes: 2,
  parallelism: 1,
  tagLength: 32,
  saltLength: 16,
} as const;
/** Passwords that are checked at once, and that may wait; more are told to try again. */
export const HASHES_AT_ONCE_MAX = 2;
export const HASHES_WAITING_MAX = 16;
/** Addresses and names whose failures are remembered. */
export const FAILURES_MAX = 10_000;

export const STREAMS_MAX = 128;
export const STREAMS_PER_SESSION_MAX = 8;
/** Of a stream that its reader does not take: then it is cut, and the reader comes again. */
export const STREAM_BUFFER_BYTES_MAX = 1024 * 1024;
export const LOG_ROWS_PER_SECOND_MAX = 200;
