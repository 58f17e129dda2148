/**
 * An answer of the unit for people: fields aligned, lists of objects as tables, numbers with the units
 * that their names carry. It follows the answer's own shape, so that a new field shows without a new line
 * here; only the close counters that never counted are left out.
 */
const INDENT = "  ";

type Fields = Readonly<Record<string, unknown>>;

/** Lines for a terminal, without a line end after the last. */
export function formatStatus(answer: unknown): string {
  return isFields(answer) ? fieldLines(answer).join("\n") : formatValue("", answer);
}

function fieldLines(fields: Fields): readonly string[] {
  const shown = Object.entries(fields).filter(([name, value]) => !isSilentCounter(name, value));
  const plain = shown.filter(([, value]) => !isBlock(value));
  const width = Math.max(0, ...plain.map(([name]) => labelOf(name).length));
  return [
    ...plain.map(([name, value]) => `${labelOf(name).padEnd(width)}${INDENT}${formatValue(name, value)}`),
    ...shown.filter(([, value]) => isBlock(value)).flatMap(([name, value]) => blockLines(name, value)),
  ];
}

function blockLines(name: string, value: unknown): readonly string[] {
  const lines = Array.isArray(value) ? tableLines(value.filter(isFields)) : fieldLines(value as Fields);
  return ["", `${labelOf(name)}:`, ...lines.map((line) => (line === "" ? "" : `${INDENT}${line}`))];
}

/** A column for each field that any row has; numbers stand to the right. */
function tableLines(rows: readonly Fields[]): readonly string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => {
    const cells = [labelOf(name), ...rows.map((row) => formatValue(name, row[name]))];
    const width = Math.max(...cells.map((cell) => cell.length));
    const isNumeric = rows.every((row) => typeof row[name] === "number");
    return cells.map((cell) => (isNumeric ? cell.padStart(width) : cell.padEnd(width)));
  });
  return [-1, ...rows.keys()].map((row) =>
    columns
      .map((cells) => cells[row + 1] ?? "")
      .join(INDENT)
      .trimEnd(),
  );
}

/** `connectionsOpen` and `connections_open` → `connections open`; the unit moves to the value. */
const labelOf = (name: string): string =>
  name
    .replace(/Ms$/, "")
    .replaceAll("_", " ")
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();

function formatValue(name: string, value: unknown): string {
  if (value === undefined || value === null) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return formatNumber(name, value);
  if (Array.isArray(value))
    return value.length === 0 ? "none" : value.map((item) => formatValue(name, item)).join(", ");
  if (isFields(value))
    return Object.entries(value)
      .map(([key, member]) => `${labelOf(key)} ${formatValue(key, member)}`)
      .join(", ");
  return String(value);
}

function formatNumber(name: string, value: number): string {
  if (/Ms$/.test(name)) return formatDuration(value);
  if (/bytes/i.test(name)) return formatBytes(value);
  if (/Ratio|_ratio/.test(name)) return `${(100 * value).toFixed(1)} %`;
  // A port is a name rather than an amount.
  return /port$|pid$/i.test(name) ? String(value) : value.toLocaleString("en-US");
}

/** Milliseconds as their two largest units, such as `2 h 3 min`. */
function formatDuration(millis: number): string {
  if (millis < 0) return `-${formatDuration(-millis)}`;
  if (millis < 1_000) return `${Math.round(millis)} ms`;
  const seconds = Math.floor(millis / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(" ");
}

export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** step;
  return `${step === 0 ? amount : amount.toFixed(1)} ${units[step]}`;
}

const isSilentCounter = (name: string, value: unknown): boolean => name.startsWith("close_") && value === 0;

const isBlock = (value: unknown): boolean =>
  isFields(value) || (Array.isArray(value) && value.some(isFields));

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
