/** Interfaces, addresses and routes, read and changed with the system's `ip` program. */
import { execFile } from "node:child_process";
import { failure, type Outcome, success } from "#base/outcome.ts";

const TIMEOUT_MS = 5_000;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

export interface LinkAddress {
  readonly family: "inet" | "inet6";
  readonly local: string;
  readonly prefixlen: number;
  readonly scope: string;
}

/** As `ip -j -s address` tells it, as far as it is read here. */
export interface Link {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly operstate: string;
  readonly link_type: string;
  readonly address?: string;
  readonly addr_info: readonly LinkAddress[];
  readonly stats64?: {
    readonly rx: { readonly bytes: number; readonly errors: number; readonly dropped: number };
    readonly tx: { readonly bytes: number; readonly errors: number; readonly dropped: number };
  };
}

export interface RouteFacts {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly prefsrc?: string;
  readonly metric?: number;
  readonly protocol?: string;
}

/** The output, or the program's own sentence; there may be no such program, or no permission. */
function run(program: string, args: readonly string[]): Promise<Outcome<string, string>> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      {
        timeout: TIMEOUT_MS,
        maxBuffer: OUTPUT_BYTES_MAX,
        env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(success(stdout));
        else resolve(failure(stderr.trim().slice(0, 1_000) || error.message.slice(0, 1_000)));
      },
    );
  });
}

async function runJson<T>(args: readonly string[]): Promise<Outcome<T, string>> {
  const output = await run("ip", ["-j", ...args]);
  if (!output.ok) return output;
  try {
    return success(JSON.parse(output.value || "[]") as T);
  } catch {
    return failure("ip answered no JSON");
  }
}

/** Every interface with its addresses and counters. */
export const readLinks = (): Promise<Outcome<readonly Link[], string>> => runJson(["-s", "address", "show"]);

/** The routes of the main table. */
export const readRoutes = (family: "ipv4" | "ipv6"): Promise<Outcome<readonly RouteFacts[], string>> =>
  runJson([family === "ipv4" ? "-4" : "-6", "route", "show"]);

export interface AddressChange {
  readonly interface: string;
  readonly address: string;
  readonly prefixLength: number;
}

const cidr = ({ address, prefixLength }: AddressChange): string => `${address}/${prefixLength}`;

export const addAddress = (change: AddressChange): Promise<Outcome<string, string>> =>
  run("ip", ["address", "add", cidr(change), "dev", change.interface]);

export const removeAddress = (change: AddressChange): Promise<Outcome<string, string>> =>
  run("ip", ["address", "del", cidr(change), "dev", change.interface]);

export const setMtu = (link: string, mtu: number): Promise<Outcome<string, string>> =>
  run("ip", ["link", "set", "dev", link, "mtu", String(mtu)]);

export interface RouteChange {
  /** A network, or "default". */
  readonly destination: string;
  readonly gateway: string | null;
  readonly interface?: string | undefined;
  readonly metric?: number | undefined;
}

const routeWords = ({ destination, gateway, interface: dev, metric }: RouteChange): readonly string[] => [
  destination,
  ...(gateway === null ? [] : ["via", gateway]),
  ...(dev === undefined ? [] : ["dev", dev]),
  ...(metric === undefined ? [] : ["metric", String(metric)]),
];

const familyWord = ({ destination, gateway }: RouteChange): string =>
  `${destination} ${gateway ?? ""}`.includes(":") ? "-6" : "-4";

/** Adds the route, or puts it in the place of the one to the same destination (and metric). */
export const replaceRoute = (route: RouteChange): Promise<Outcome<string, string>> =>
  run("ip", [familyWord(route), "route", "replace", ...routeWords(route)]);

export const removeRoute = (route: RouteChange): Promise<Outcome<string, string>> =>
  run("ip", [familyWord(route), "route", "del", ...routeWords(route)]);
