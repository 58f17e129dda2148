/** Settings of a WPAD server for tests: the manual's pair, and what a test changes in it. */
import { parseSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";

export const PAIR = [
  { name: "a", host: "192.168.0.1", port: 8080, unit: "this" },
  { name: "b", host: "192.168.0.2", port: 8080, unit: "peer" },
] as const;

/** Settings with a wpad section that has the manual's pair and these changes; other sections by `others`. */
export function wpadSettings(changes: object = {}, others: object = {}): Settings {
  const wpad = { enabled: true, proxies: PAIR, ...changes };
  const settings = parseSettings(JSON.stringify({ wpad, ...others }));
  if (!settings.ok) throw new Error(JSON.stringify(settings.error));
  return settings.value;
}
