/** A value of the settings as people read it, with its unit. */
import { fillPhrase, type Language } from "#console/ui/i18n/phrase.ts";
import { UNIT_NAMES } from "./fault-text.ts";
import { fittingUnit, lastName, unitsOf } from "./json-schema.ts";
import { isRecord } from "./settings-path.ts";

export function showValue(value: unknown, path: string, language: Language): string {
  if (value === undefined) return "–";
  if (value === true) return fillPhrase(["する", "yes"], language);
  if (value === false) return fillPhrase(["しない", "no"], language);
  if (typeof value === "string") return value === "" ? '""' : value;
  if (typeof value === "number") return showNumber(value, path, language);
  if (Array.isArray(value)) return value.map((item) => showValue(item, path, language)).join("\n") || "[]";
  if (isRecord(value))
    return Object.entries(value)
      .map(([key, member]) => `${key}: ${showValue(member, key, language)}`)
      .join(", ");
  return JSON.stringify(value);
}

function showNumber(value: number, path: string, language: Language): string {
  const units = unitsOf(lastName(path));
  if (units === null) return String(value);
  const unit = fittingUnit(value, units);
  const name = UNIT_NAMES[unit.name];
  return `${value / unit.size} ${name === undefined ? unit.name : fillPhrase(name, language)}`;
}
