/** The settings of the access log. */
import Type from "typebox";
import { closed, flag, GIB, KIB, MIB, PATH_FORM, text, whole } from "./schema-parts.ts";

export const AccessLogSchema = Type.Object(
  {
    enabled: flag("Whether transactions are logged.", true),
    file: text("Relative to the state folder, or absolute.", "log/access.log", PATH_FORM),
    format: Type.Union([Type.Literal("squid"), Type.Literal("combined"), Type.Literal("json")], {
      default: "squid",
      description: "The form of a line.",
    }),
    requestIds: flag(
      "Whether each line ends with an id of the request, which error pages show as well, and with why it was no hit: the console explains a request by its id.",
      false,
    ),
    rotateBytes: whole("A file that reaches this size is rotated; 0 never.", [0, 1024 * GIB], 256 * MIB),
    rotateDaily: flag("Whether a new file is begun at midnight, local time.", true),
    keep: whole("Rotated files that are kept.", [0, 1_000], 14),
    bufferBytesMax: whole(
      "Lines that wait for a slow disk; what does not fit is counted and reported.",
      [64 * KIB, GIB],
      16 * MIB,
    ),
  },
  { ...closed, description: "The access log.", default: {} },
);
