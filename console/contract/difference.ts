/** What two versions of the settings differ in, a row for each value. */
import Type from "typebox";
import { closed, oneOf, text } from "./parts.ts";

export const Change = closed({
  path: text(1_000, "such as limits.headBytesMax, or listen[1] for a whole item"),
  section: text(100),
  kind: oneOf("added", "removed", "changed"),
  /** Absent where `kind` is added; secrets never stand in settings. */
  before: Type.Optional(Type.Unknown()),
  /** Absent where `kind` is removed. */
  after: Type.Optional(Type.Unknown()),
});
export type Change = Type.Static<typeof Change>;
