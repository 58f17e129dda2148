/** Configuration templates: files in peers/ with {{name}} where a value belongs. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "peers");

export type TemplateValues = Readonly<Record<string, string | number>>;

/** Fills a template of peers/; throws on a name that has no value. */
export function fillTemplate(name: string, values: TemplateValues): string {
  return readFileSync(join(FOLDER, name), "utf8").replace(/\{\{(\w+)\}\}/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`${name}: no value for {{${key}}}`);
    return String(value);
  });
}

/** Fills a template and writes it; gives the path written. */
export function writeTemplate(name: string, path: string, values: TemplateValues): string {
  writeFileSync(path, fillTemplate(name, values), { mode: 0o644 });
  return path;
}
