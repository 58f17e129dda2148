/** The settings reference of the README, made from the schema. */
import { describeSettings, type SettingRow, type SettingSection } from "#settings/describe.ts";

const START = "<!-- settings:start -->";
const END = "<!-- settings:end -->";

/** The page with what stands between its two marks made anew; null where the marks are missing. */
export function withReference(page: string): string | null {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) return null;
  const reference = describeSettings().map(sectionText).join("\n");
  return `${page.slice(0, start + START.length)}\n${reference}${page.slice(end)}`;
}

function sectionText({ name, description, rows }: SettingSection): string {
  return [
    `#### \`${name}\``,
    "",
    ...(rows[0]?.path === name ? [] : [description, ""]),
    "| Setting | Value | Default | Meaning |",
    "|---|---|---|---|",
    ...rows.map(rowText),
    "",
  ].join("\n");
}

function rowText({ path, allowed, fallback, fallbackSpoken, description }: SettingRow): string {
  const spoken = fallbackSpoken === null ? "" : ` (${fallbackSpoken})`;
  const usual = fallback === null ? "none" : `\`${fallback}\`${spoken}`;
  return `| ${[`\`${path}\``, allowed, usual, description].map(escapeCell).join(" | ")} |`;
}

const escapeCell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
