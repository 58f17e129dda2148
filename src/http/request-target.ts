import type { Authority } from "./authority.ts";

/** The four forms of a request target (RFC 9112 section 3.2). */
export type RequestTarget =
  /** `GET http://host/path?query`: for another server, through us. `path` starts with "/". */
  | {
      readonly form: "absolute";
      readonly scheme: "http" | "https";
      readonly authority: Authority;
      readonly path: string;
    }
  /** `GET /path`: for this unit itself. */
  | { readonly form: "origin"; readonly path: string }
  /** `CONNECT host:port`. */
  | { readonly form: "authority"; readonly authority: Authority }
  /** `OPTIONS *`. */
  | { readonly form: "asterisk" };
