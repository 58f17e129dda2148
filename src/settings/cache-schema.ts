/** The `cache` section of the settings. */
import Type from "typebox";
import { closed, flag, GIB, HOUR, KIB, MIB, MINUTE, PATH_FORM, SECOND, text, whole } from "./schema-parts.ts";

const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

const Override = Type.Object(
  {
    pattern: Type.String({
      minLength: 1,
      maxLength: 2_048,
      form: 'a URL pattern such as "http://updates.example/*"',
      description: 'The URLs that it is for: "*" stands for any run of characters, "?" for any one.',
    }),
    never: Type.Optional(
      Type.Boolean({ description: "They are neither stored nor answered from the store." }),
    ),
    lifetimeMinMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: YEAR, description: "They stay fresh at least this long." }),
    ),
    lifetimeMaxMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: YEAR, description: "They stay fresh at most this long." }),
    ),
    ignoreClientReload: Type.Optional(
      Type.Boolean({ description: "A client's reload (no-cache, max-age=0) does not reach the origin." }),
    ),
  },
  closed,
);

export const CacheSection = Type.Object(
  {
    enabled: flag("Whether responses are stored and reused.", true),
    memoryBytesMax: whole("Memory of one worker for responses.", [0, 1024 * GIB], 256 * MIB),
    diskBytesMax: whole("Disk space for responses.", [0, 1024 * 1024 * GIB], 10 * GIB),
    folder: text("Relative to the state folder, or absolute.", "cache", PATH_FORM),
    objectBytesMax: whole("Larger responses are not stored.", [0, 1024 * GIB], 4 * GIB),
    variantsMax: whole(
      "Responses of one URL, by Vary; a further one takes the place of the oldest.",
      [1, 1_000],
      32,
    ),
    collapseWaitMs: whole(
      "How long a request waits for another one that is fetching the same; 0 never.",
      [0, 10 * MINUTE],
      10 * SECOND,
    ),
    staleIfDownMs: whole(
      "How long after its time a response may serve while the origin cannot be reached; 0 never.",
      [0, YEAR],
      HOUR,
    ),
    negativeMaxMs: whole(
      "Errors (status 400 and above) are reused at most this long.",
      [0, YEAR],
      10 * MINUTE,
    ),
    heuristicPercent: whole(
      "Without words about freshness: fresh for this share of the time since the last modification.",
      [0, 100],
      10,
    ),
    heuristicMaxMs: whole("The longest time that this can give.", [0, YEAR], DAY),
    finishBytesMax: whole(
      "A response whose client went away is fetched to its end when no more than this is missing.",
      [0, 1024 * GIB],
      256 * KIB,
    ),
    rangeFillBytesMax: whole(
      "A response of which a range was asked for is fetched whole in the background up to this size; 0 never.",
      [0, 1024 * GIB],
      0,
    ),
    targetedFields: Type.Array(
      Type.String({ minLength: 1, form: 'a field name such as "CDN-Cache-Control"' }),
      {
        default: [],
        maxItems: 8,
        description: "Fields that are looked at before Cache-Control (RFC 9213), the first first.",
      },
    ),
    overrides: Type.Array(Override, {
      default: [],
      maxItems: 1_000,
      description: "What holds for some URLs whatever their responses say; the first that matches.",
    }),
  },
  { ...closed, description: "Stored responses.", default: {} },
);
