/** The settings that a unit starts or reloads with: shape and meaning checked, or every fault as a line. */
import { failure, type Outcome, success } from "#base/outcome.ts";
import { checkPolicySettings } from "#policy/check-settings.ts";
import { defaultSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";
import type { SettingsFault } from "#settings/settings-fault.ts";
import { readSettingsFile } from "#settings-file/read-settings-file.ts";

/** Reads the file, or takes the defaults where `path` is null. A fault is one line without the file's name. */
export async function loadSettings(path: string | null): Promise<Outcome<Settings, readonly string[]>> {
  const settings = path === null ? success(defaultSettings()) : await readSettingsFile(path);
  if (!settings.ok) return failure(settings.error.map(faultLine));
  const faults = checkPolicySettings(settings.value);
  return faults.length > 0 ? failure(faults.map(faultLine)) : settings;
}

const faultLine = ({ path, found, expected }: SettingsFault): string =>
  `${path === "" ? "" : `${path}: `}found ${found}, expected ${expected}`;
