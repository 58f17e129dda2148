/** From a text to settings that everything else can trust, or to all that is wrong with it. */
import { Value } from "typebox/value";
import { assert } from "#base/assert.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { parseJsonText } from "./json-text.ts";
import { type Settings, SettingsSchema } from "./schema.ts";
import { schemaFaults } from "./schema-faults.ts";
import { SETTINGS_NODE } from "./schema-node.ts";
import type { SettingsFault } from "./settings-fault.ts";

/**
 * Parses a JSON text into frozen settings with every default filled in. A text that is not JSON has one
 * fault with its line and column; otherwise every fault of the schema, every unknown key and every key
 * that stands twice is reported. What only policy can judge (networks, for one) is checked there.
 */
export function parseSettings(text: string): Outcome<Settings, readonly SettingsFault[]> {
  const json = parseJsonText(text);
  if (!json.ok) return failure([json.error]);
  const faults = [...json.value.duplicates, ...schemaFaults(SETTINGS_NODE, json.value.value)];
  return faults.length > 0 ? failure(faults) : success(withDefaults(json.value.value));
}

/** The settings of a unit that nobody has configured. */
export const defaultSettings = (): Settings => withDefaults({});

function withDefaults(value: unknown): Settings {
  // Defaults come by reference out of the schema: the copy keeps it from being frozen too.
  const settings: unknown = structuredClone(Value.Default(SettingsSchema, value));
  assert(Value.Check(SettingsSchema, settings), "settings without faults fit the schema");
  return deepFreeze(settings);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
