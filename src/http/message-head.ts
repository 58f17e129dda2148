import type { FieldList } from "./field-list.ts";
import type { RequestTarget } from "./request-target.ts";

/** How the length of a message body is known (RFC 9112 section 6.3). */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  /** Until the connection closes: responses only. */
  | { readonly kind: "close" };

/** A request head that passed every strict check; nothing in it is raw wire bytes. */
export interface RequestHead {
  /** A token, in the case that was received (methods are case-sensitive). */
  readonly method: string;
  readonly target: RequestTarget;
  /** The request target as written, for the access log. */
  readonly rawTarget: string;
  readonly minorVersion: 0 | 1;
  readonly fields: FieldList;
  readonly framing: Framing;
  /** Whether the client means to send another request on this connection. */
  readonly keepAlive: boolean;
}

/** A response head that passed every strict check. */
export interface ResponseHead {
  readonly status: number;
  readonly reasonPhrase: string;
  readonly minorVersion: 0 | 1;
  readonly fields: FieldList;
  readonly framing: Framing;
  /** Whether the origin allows another request on this connection. */
  readonly keepAlive: boolean;
}
