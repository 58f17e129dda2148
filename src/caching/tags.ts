import type { FieldList } from "#http/field-list.ts";

/** More tags than these are not kept: they only serve purges. */
const TAGS_MAX = 64;

/** The tags of a response, for purges: Surrogate-Key is divided by blanks, Cache-Tag by commas. */
export function tagsOf(fields: FieldList): readonly string[] {
  const keys = fields.combined("surrogate-key")?.split(/[\s,]+/) ?? [];
  const tags = fields.combined("cache-tag")?.split(",") ?? [];
  const all = new Set([...keys, ...tags].map((tag) => tag.trim()));
  all.delete("");
  return [...all].slice(0, TAGS_MAX);
}
