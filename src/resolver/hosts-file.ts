/** The hosts file (hosts(5)): what the administrator of the unit wrote there comes before any question. */
import { readFileSync, statSync } from "node:fs";
import type { Clock } from "#base/clock.ts";
import { classifyHost } from "#policy/host-literal.ts";
import { parseIpAddress } from "#policy/ip-address.ts";
import type { Addresses } from "#transport/resolve.ts";
import { interleave } from "./address-order.ts";

/** A change is looked for at most this often; a stat of a local file takes microseconds. */
const RECHECK_MS = 1_000;
/** A larger file is not read: it would block the worker. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

interface MutableAddresses {
  readonly v4: string[];
  readonly v6: string[];
}

/** Name → addresses, in the order to try. Lines that are malformed are passed over, as the system does. */
export function parseHosts(text: string): ReadonlyMap<string, Addresses> {
  const byName = new Map<string, MutableAddresses>();
  for (const line of text.split("\n")) {
    const [address = "", ...names] = (line.split("#")[0] ?? "").trim().split(/\s+/);
    const family = parseIpAddress(address)?.family;
    if (family === undefined) continue;
    for (const written of names) {
      const host = classifyHost(written);
      if (host.kind !== "name") continue;
      const known = byName.get(host.name) ?? { v4: [], v6: [] };
      byName.set(host.name, known);
      (family === 4 ? known.v4 : known.v6).push(address);
    }
  }
  return new Map([...byName].map(([name, addresses]) => [name, interleave(addresses)]));
}

export interface HostsFile {
  /** The addresses of a name in lower case, or undefined. */
  readonly find: (name: string) => Addresses | undefined;
}

/** Watches a hosts file by its time of modification. A file that is absent or unreadable is empty. */
export function openHostsFile(path: string, clock: Clock): HostsFile {
  let hosts: ReadonlyMap<string, Addresses> = new Map();
  let version = "";
  let checkedMs = Number.NEGATIVE_INFINITY;

  const refresh = (): void => {
    const stat = statSync(path, { throwIfNoEntry: false });
    const found = stat === undefined ? "absent" : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
    if (found === version) return;
    version = found;
    const isReadable = stat?.isFile() === true && stat.size <= FILE_BYTES_MAX;
    hosts = parseHosts(isReadable ? readFileSync(path, "utf8") : "");
  };

  return {
    find: (name) => {
      const nowMs = clock.nowMs();
      if (nowMs - checkedMs >= RECHECK_MS) {
        checkedMs = nowMs;
        try {
          refresh();
        } catch {
          hosts = new Map();
        }
      }
      return hosts.get(name);
    },
  };
}
