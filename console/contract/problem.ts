/** What every refusal is answered with (RFC 9457), as application/problem+json. */
import Type from "typebox";
import { Change } from "./difference.ts";
import { closed, count, Instant, oneOf, text } from "./parts.ts";

/** A fault of a settings draft, beside the field that it is about. */
export const Fault = closed({
  path: text(1_000, "such as limits.headBytesMax or listen[0].port; empty for the whole"),
  found: text(1_000),
  expected: text(10_000),
});
export type Fault = Type.Static<typeof Fault>;

export const Problem = closed({
  kind: oneOf(
    "bad-request",
    "not-signed-in",
    "wrong-credentials",
    "code-needed",
    "locked-out",
    "password-change-needed",
    "password-too-weak",
    "not-permitted",
    "cross-site",
    "not-found",
    "conflict",
    "stale",
    "precondition-needed",
    "settings-faults",
    "apply-refused",
    "change-pending",
    "no-change",
    "too-large",
    "too-many",
    "not-permitted-here",
    "unit-unreachable",
    "peer-unreachable",
    "failed",
  ),
  title: text(200, "one sentence in English; the pages have their own for each kind"),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: Type.Optional(text(10_000)),
  faults: Type.Optional(Type.Array(Fault)),
  retryAfterMs: Type.Optional(count("when it is worth trying again")),
  /** With `stale`: what was changed meanwhile, by whom, and the generation that holds now. */
  current: Type.Optional(
    closed({
      generation: count(),
      author: text(200),
      at: Instant,
      reason: text(2_000),
      changes: Type.Array(Change),
    }),
  ),
});
export type Problem = Type.Static<typeof Problem>;
