/** What a key of the pair looks like: the server's schema and its form have it from here. */
export const PAIR_KEY_PATTERN = "^[!-~]{16,256}$";
