/** The cache: figures, purge and inspection; the members are those of `futago cache`. */
import Type from "typebox";
import { closed, count, nullable, oneOf, text } from "./parts.ts";
import { Counters } from "./proxy.ts";

export const HitRatio = closed({
  minutes: count(),
  requests: count(),
  hits: count(),
  hitRatio: nullable(Type.Number()),
  bytesSaved: count(),
});
export const CacheState = closed({
  /** Null where nothing is stored: then `fault` says why. */
  store: nullable(
    closed({
      entries: count(),
      memoryBytes: count(),
      memoryBytesMax: count(),
      diskBytes: count(),
      diskBytesMax: count(),
      evictions: count(),
      errors: count(),
      lastError: nullable(text(1_000)),
    }),
  ),
  fault: nullable(text(1_000)),
  ratios: Type.Array(HitRatio),
  counters: Counters,
});
export type CacheState = Type.Static<typeof CacheState>;

const Value = Type.String({ minLength: 1, maxLength: 16_384 });
export const PurgeSelector = Type.Union([
  closed({ by: Type.Literal("url"), url: Value }),
  closed({ by: Type.Literal("prefix"), prefix: Value }),
  closed({ by: Type.Literal("host"), host: Value }),
  closed({ by: Type.Literal("pattern"), pattern: Value }),
  closed({ by: Type.Literal("tag"), tag: Value }),
  closed({ by: Type.Literal("content-type"), contentType: Value }),
  closed({ by: Type.Literal("age"), olderThanMs: Type.Number({ minimum: 0 }) }),
  closed({ by: Type.Literal("all") }),
]);
export type PurgeSelector = Type.Static<typeof PurgeSelector>;
export const Purge = closed({
  selector: PurgeSelector,
  /** count is the preview. */
  mode: oneOf("count", "stale", "remove"),
});
export const Purged = closed({ entries: count(), bytes: count() });

export const CacheQuestion = closed({
  url: Value,
  fields: Type.Optional(Type.Array(Type.Tuple([text(256), text(8_192)]), { maxItems: 100 })),
});
/** As `futago cache inspect --json`; a time that is infinite is null. */
export const CacheAnswer = closed({
  key: text(70_000),
  verdict: text(32),
  reason: text(2_000),
  variants: Type.Array(Type.Unknown()),
  override: Type.Unknown(),
  last: Type.Unknown(),
});
export type CacheAnswer = Type.Static<typeof CacheAnswer>;

export const ExplainQuestion = closed({
  /** Either a URL to try … */
  url: Type.Optional(Value),
  method: Type.Optional(text(32)),
  clientAddress: Type.Optional(text(64)),
  fields: Type.Optional(Type.Array(Type.Tuple([text(256), text(8_192)]), { maxItems: 100 })),
});
export const Explanation = closed({
  url: text(70_000),
  /** What would become of it: forwarded, answered from the store, refused. */
  outcome: oneOf("forwarded", "parent", "hit", "refused", "fails", "local"),
  /** In the order in which the proxy decides. */
  steps: Type.Array(
    closed({
      step: oneOf("request", "client", "method", "port", "egress", "resolve", "cache", "parent", "answer"),
      verdict: oneOf("pass", "refuse", "hit", "miss", "parent", "direct", "note"),
      text: text(2_000),
      /** The sentence in Japanese, where the unit has one of its own. */
      japanese: nullable(text(2_000)),
      /** The setting that decided, where one did. */
      setting: nullable(text(200)),
    }),
  ),
  /** What became of the last request for it, when one is remembered. */
  last: nullable(text(2_000)),
});
export type Explanation = Type.Static<typeof Explanation>;
