/** Every setting's name; a test compares it with the schema. */
import { CACHE_NAMES } from "./cache-names.ts";
import { CONSOLE_NAMES } from "./console-names.ts";
import { HOUSE_NAMES } from "./house-names.ts";
import { PAIR_NAMES } from "./pair-names.ts";
import { PROXY_NAMES } from "./proxy-names.ts";
import type { SettingNames } from "./setting-name.ts";
import { WPAD_NAMES } from "./wpad-names.ts";

export const SETTING_NAMES: SettingNames = {
  ...PAIR_NAMES,
  ...PROXY_NAMES,
  ...CACHE_NAMES,
  ...HOUSE_NAMES,
  ...CONSOLE_NAMES,
  ...WPAD_NAMES,
};
