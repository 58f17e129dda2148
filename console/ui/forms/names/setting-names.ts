/** Every setting's name; a test compares it with the schema. */
import { CACHE_NAMES } from "./cache-names.ts";
import { CONSOLE_NAMES } from "./console-names.ts";
import { HOUSE_NAMES } from "./house-names.ts";
import { NETWORK_NAMES } from "./network-names.ts";
import { PAIR_NAMES } from "./pair-names.ts";
import { PROXY_NAMES } from "./proxy-names.ts";
import type { SettingNames } from "./setting-name.ts";
import { WPAD_NAMES } from "./wpad-names.ts";

/** Objects within items have a name but no value of their own. */
export const GROUP_NAMES: SettingNames = {
  "redundancy.services[].check": ["確認方法", "Check", "サービスが応答するかを確かめる方法。"],
};

export const SETTING_NAMES: SettingNames = {
  ...PAIR_NAMES,
  ...PROXY_NAMES,
  ...CACHE_NAMES,
  ...HOUSE_NAMES,
  ...CONSOLE_NAMES,
  ...WPAD_NAMES,
  ...NETWORK_NAMES,
};
