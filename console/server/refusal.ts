/** A request that cannot be done: thrown by a handler, answered as a problem (RFC 9457). */
import type { Problem } from "#console/contract/problem.ts";

type Kind = Problem["kind"];

/** kind → status, and the sentence for those who have no other. */
const KINDS = {
  "bad-request": [400, "The request cannot be understood."],
  "not-signed-in": [401, "Sign in first."],
  "wrong-credentials": [401, "The user name, the password or the code is wrong."],
  "code-needed": [401, "This account needs a one-time code."],
  "locked-out": [429, "Too many failures: wait."],
  "password-change-needed": [403, "The password must be changed first."],
  "password-too-weak": [422, "The password is too weak."],
  "not-permitted": [403, "Your role does not allow this."],
  "cross-site": [403, "Requests from other sites are refused."],
  "not-found": [404, "There is no such thing."],
  conflict: [409, "This is not possible in the present state."],
  stale: [412, "Somebody has changed the settings meanwhile."],
  "precondition-needed": [428, "If-Match with the generation that was edited is needed."],
  "settings-faults": [422, "The settings have faults."],
  "apply-refused": [422, "The unit refused the settings; nothing was changed."],
  "change-pending": [409, "A change waits for its confirmation."],
  "no-change": [422, "There is nothing to change."],
  "too-large": [413, "The request is too large."],
  "too-many": [429, "Too many at once: try again."],
  "not-permitted-here": [403, "This system does not permit it."],
  "unit-unreachable": [503, "The unit does not answer."],
  "peer-unreachable": [503, "The other unit does not answer."],
  failed: [500, "It failed."],
} as const satisfies Readonly<Record<Kind, readonly [status: number, title: string]>>;

type More = Omit<Problem, "kind" | "title" | "status" | "detail">;

export class Refusal extends Error {
  readonly problem: Problem;

  constructor(kind: Kind, detail?: string, more: More = {}) {
    const [status, title] = KINDS[kind];
    super(detail ?? title);
    this.problem = { kind, title, status, ...(detail === undefined ? {} : { detail }), ...more };
  }
}
