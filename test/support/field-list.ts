import { FieldList } from "#http/field-list.ts";

/** A field list from lines such as "Name: value". */
export function fieldList(lines: readonly string[]): FieldList {
  const fields = new FieldList();
  for (const line of lines) {
    const colon = line.indexOf(":");
    fields.add(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return fields;
}
