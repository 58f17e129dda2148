import { describeSettings, type SettingRow } from "#settings/describe.ts";
import { type Command, EXIT } from "./command.ts";

const INDENT = "  ";

function rowLines({ path, allowed, fallback, fallbackSpoken, description }: SettingRow): readonly string[] {
  const spoken = fallbackSpoken === null ? "" : ` (${fallbackSpoken})`;
  const usual = fallback === null ? "" : `; default ${fallback}${spoken}`;
  return [path, `${INDENT}${allowed}${usual}`, `${INDENT}${description}`];
}

/** Whether the row is the setting of that name, one within it, or one of the same last name. */
const matches = ({ path }: SettingRow, name: string): boolean =>
  path === name || ["[]", "."].some((next) => path.startsWith(name + next)) || path.endsWith(`.${name}`);

export const settingsCommand: Command = {
  name: "settings",
  summary: "Tells what settings there are; with a name, what each may be, its default and its meaning.",
  operands: "[NAME]",
  operandsMin: 0,
  operandsMax: 1,
  options: [],
  async run({ operands: [name] }, io) {
    const sections = describeSettings();
    if (name === undefined) {
      for (const { name: section, description, rows } of sections)
        io.out(`${section.padEnd(16)}${rows[0]?.path === section ? rows[0].description : description}`);
      io.out('\n"futago settings NAME" tells all of one, such as cache, cache.memoryBytesMax or intervalMs.');
      return EXIT.ok;
    }
    const rows = sections.flatMap((section) => section.rows).filter((row) => matches(row, name));
    if (rows.length === 0) {
      io.err(
        `futago settings: no setting is called ${JSON.stringify(name)}; "futago settings" lists the sections`,
      );
      return EXIT.failed;
    }
    io.out(rows.map((row) => rowLines(row).join("\n")).join("\n\n"));
    return EXIT.ok;
  },
};
