/** The settings that a unit starts or reloads with: shape and meaning checked, or every fault as a line. */
import { existsSync, readdirSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { checkRedundancySettings, type OwnInterfaces } from "#election/check-redundancy.ts";
import { checkWpadSettings } from "#pac/check-wpad.ts";
import { checkPolicySettings } from "#policy/check-settings.ts";
import { defaultSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";
import type { SettingsFault } from "#settings/settings-fault.ts";
import { readSettingsFile } from "#settings-file/read-settings-file.ts";

/** One entry for each interface, whatever its state. */
const INTERFACES_FOLDER = "/sys/class/net";

/** Reads the file, or takes the defaults where `path` is null. A fault is one line without the file's name. */
export async function loadSettings(path: string | null): Promise<Outcome<Settings, readonly string[]>> {
  const settings = path === null ? success(defaultSettings()) : await readSettingsFile(path);
  if (!settings.ok) return failure(settings.error.map(faultLine));
  const faults = settingsFaults(settings.value);
  return faults.length > 0 ? failure(faults.map(faultLine)) : settings;
}

/** What is wrong with the meaning of settings whose shape is right. */
export const settingsFaults = (settings: Settings): readonly SettingsFault[] => [
  ...checkPolicySettings(settings),
  ...checkRedundancySettings(settings.redundancy, ownInterfaces(settings)),
  ...checkWpadSettings(settings),
];

const faultLine = ({ path, found, expected }: SettingsFault): string =>
  `${path === "" ? "" : `${path}: `}found ${found}, expected ${expected}`;

/**
 * The real addresses of this machine: what it has, without the floating ones that it may hold just now. Those of an
 * interface without a carrier are not shown, and a unit has to start without its cable too.
 */
function ownInterfaces({ redundancy, network }: Settings): OwnInterfaces {
  const floating = new Set(redundancy.floatingAddresses.map(({ address }) => address));
  const shown = networkInterfaces();
  const addresses = Object.entries(shown).flatMap(([name, here]) =>
    (here ?? [])
      .filter(({ address, cidr }) => !(floating.has(address) && isSingle(cidr)))
      .map(({ address, cidr }) => ({
        interface: name,
        address,
        prefixLength: Number(cidr?.split("/")[1] ?? 0),
      })),
  );
  // What the settings give the unit is its own before it is there.
  addresses.push(...network.addresses);
  const names = existsSync(INTERFACES_FOLDER) ? readdirSync(INTERFACES_FOLDER) : [];
  const isGiven = (name: string): boolean => network.addresses.some((each) => each.interface === name);
  return { addresses, silent: names.filter((name) => shown[name] === undefined && !isGiven(name)) };
}

/** A floating address is added without its network: /32 or /128. */
const isSingle = (cidr: string | null): boolean => /\/(?:32|128)$/.test(cidr ?? "");
