/** The settings that a unit starts or reloads with: shape and meaning checked, or every fault as a line. */
import { networkInterfaces } from "node:os";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { checkRedundancySettings, type InterfaceAddress } from "#election/check-redundancy.ts";
import { checkPolicySettings } from "#policy/check-settings.ts";
import { defaultSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";
import type { SettingsFault } from "#settings/settings-fault.ts";
import { readSettingsFile } from "#settings-file/read-settings-file.ts";

/** Settings that a process can run with, or every fault as one line without the file's name. */
type Loaded = Promise<Outcome<Settings, readonly string[]>>;

/**
 * Reads the file, or takes the defaults where `path` is null, for the unit. Redundancy is refused: the unit
 * does not start the heartbeat process yet, and nobody may rely on what does not run.
 */
export async function loadSettings(path: string | null): Loaded {
  const loaded = await loadPairSettings(path);
  if (!loaded.ok || !loaded.value.redundancy.enabled) return loaded;
  return failure([
    "redundancy.enabled: found true, expected false: this build's unit cannot be one of a pair yet",
  ]);
}

/** As `loadSettings`, for the heartbeat process. */
export async function loadPairSettings(path: string | null): Loaded {
  const settings = path === null ? success(defaultSettings()) : await readSettingsFile(path);
  if (!settings.ok) return failure(settings.error.map(faultLine));
  const faults = [
    ...checkPolicySettings(settings.value),
    ...checkRedundancySettings(settings.value.redundancy, ownInterfaces(settings.value)),
  ];
  return faults.length > 0 ? failure(faults.map(faultLine)) : settings;
}

const faultLine = ({ path, found, expected }: SettingsFault): string =>
  `${path === "" ? "" : `${path}: `}found ${found}, expected ${expected}`;

/** The real addresses of this machine: what it has, without the floating ones that it may hold just now. */
function ownInterfaces({ redundancy }: Settings): readonly InterfaceAddress[] {
  const floating = new Set(redundancy.floatingAddresses.map(({ address }) => address));
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ address, cidr }) => !(floating.has(address) && isSingle(cidr)))
      .map(({ address, cidr }) => ({
        interface: name,
        address,
        prefixLength: Number(cidr?.split("/")[1] ?? 0),
      })),
  );
}

/** A floating address is added without its network: /32 or /128. */
const isSingle = (cidr: string | null): boolean => /\/(?:32|128)$/.test(cidr ?? "");
