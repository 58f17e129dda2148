/** The proxies that are compared, as a table: how each is found, configured and started. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Child, daemonOwner, startChild, untilListening } from "./child.ts";
import { findProgram, PROXY_CORE, packageVersion } from "./machine.ts";
import { type TemplateValues, writeTemplate } from "./template.ts";

const PRODUCT = "dist/futago.js";

/** What a configuration template may use. */
export interface PeerPlace {
  readonly name: string;
  readonly folder: string;
  readonly port: number;
  readonly originPort: number;
  /** Where tunnels go; a port of its own only where plain requests and tunnels have different far ends. */
  readonly tunnelPort: number;
  /** Where it runs; on the proxy core unless told otherwise. */
  readonly cores?: readonly number[];
  /** Settings that differ from the bench's own; only Futago knows them. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** What a proxy is able to do; a scenario that needs more leaves it out. */
export interface Abilities {
  readonly get: boolean;
  readonly connect: boolean;
}

export interface Peer<Place extends PeerPlace = PeerPlace> {
  readonly name: string;
  /** The Debian package; null for what this tree builds. */
  readonly packageName: string | null;
  readonly can: Abilities;
  /** What a reader of the table has to know. */
  readonly note: string;
  /** The file in the place's folder that a reload (SIGHUP) reads again. */
  readonly settingsFile: string;
  /** Null where it is not installed. */
  readonly version: () => string | null;
  /** Writes the configuration into the place's folder and gives the command that serves in the foreground. */
  readonly prepare: (place: Place) => readonly string[];
}

const EVERYTHING: Abilities = { get: true, connect: true };
const NO_CONNECT: Abilities = { get: true, connect: false };

/** What a template may name of a place. */
const values = ({ name, folder, port, originPort, tunnelPort }: PeerPlace): TemplateValues => ({
  name,
  folder,
  port,
  originPort,
  tunnelPort,
});

export const program = (name: string): string => findProgram(name) ?? name;

/** Futago's settings for a bench: one worker, loopback allowed, log on, everything else as it ships. */
export function writeFutagoSettings(place: PeerPlace): string {
  const file = join(place.folder, "settings.json");
  const settings = {
    unit: { name: place.name },
    listen: [{ address: "127.0.0.1", port: place.port }],
    console: { enabled: false },
    workers: 1,
    requests: { ports: [place.originPort] },
    connect: { ports: [place.tunnelPort] },
    egress: { allow: [{ network: "127.0.0.0/8" }] },
    // As the peers of this bench: the cache has a bench of its own.
    cache: { enabled: false },
    accessLog: { enabled: true, file: "access.log" },
    drain: { timeoutMs: 500 },
    ...place.settings,
  };
  writeFileSync(file, JSON.stringify(settings, null, 2));
  return file;
}

/** The command that runs what `make` built. */
export const futagoCommand = (settingsFile: string, folder: string): readonly string[] => [
  process.execPath,
  resolve(PRODUCT),
  "run",
  "--settings",
  settingsFile,
  "--state",
  folder,
];

export function productVersion(): string | null {
  if (!existsSync(PRODUCT)) return null;
  const described: unknown = JSON.parse(readFileSync("package.json", "utf8"));
  const version =
    typeof described === "object" && described !== null && "version" in described ? described.version : "";
  return String(version);
}

/** Traffic Server's many files; `template` is its main one, `storageMib` the size of what it lays out on disk. */
export function prepareTrafficServer(
  place: PeerPlace,
  template: string,
  storageMib: number,
  more: TemplateValues = {},
): readonly string[] {
  const at = (file: string): string => join(place.folder, file);
  const runRoot = writeTemplate("trafficserver-runroot.yaml", at("runroot.yaml"), values(place));
  writeTemplate(template, at("records.config"), { ...values(place), ...more });
  writeTemplate("trafficserver-logging.yaml", at("logging.yaml"), values(place));
  writeTemplate("trafficserver-ip_allow.yaml", at("ip_allow.yaml"), values(place));
  writeFileSync(at("storage.config"), `${place.folder} ${storageMib}M\n`);
  for (const empty of ["remap.config", "plugin.config", "ssl_multicert.config", "parent.config"])
    writeFileSync(at(empty), "");
  return [program("traffic_server"), `--run-root=${runRoot}`];
}

/** Writes a peer's one configuration file, and gives the path. */
export const configure = (place: PeerPlace, template: string, more: TemplateValues = {}): string =>
  writeTemplate(template, join(place.folder, template), { ...values(place), ...more });

const configured =
  (template: string, command: (file: string) => readonly string[]) =>
  (place: PeerPlace): readonly string[] =>
    command(configure(place, template));

export const PEERS: readonly Peer[] = [
  {
    name: "futago",
    settingsFile: "settings.json",
    packageName: null,
    can: EVERYTHING,
    note: "one worker",
    version: productVersion,
    prepare: (place) => futagoCommand(writeFutagoSettings(place), place.folder),
  },
  {
    name: "squid",
    settingsFile: "squid.conf",
    packageName: "squid",
    can: EVERYTHING,
    note: "one worker, cache off",
    version: () => packageVersion("squid"),
    prepare: configured("squid.conf", (file) => [program("squid"), "-N", "-f", file]),
  },
  {
    name: "trafficserver",
    settingsFile: "records.config",
    packageName: "trafficserver",
    can: EVERYTHING,
    note: "one event thread, cache off",
    version: () => packageVersion("trafficserver"),
    prepare: (place) => prepareTrafficServer(place, "trafficserver-records.config", 16),
  },
  {
    name: "nginx",
    settingsFile: "nginx.conf",
    packageName: "nginx-light",
    can: NO_CONNECT,
    note: "no CONNECT; not a forward proxy: one fixed origin",
    version: () => packageVersion("nginx-light") ?? packageVersion("nginx"),
    prepare: configured("nginx.conf", (file) => [program("nginx"), "-c", file]),
  },
  {
    name: "haproxy",
    settingsFile: "haproxy.cfg",
    packageName: "haproxy",
    can: NO_CONNECT,
    note: "no CONNECT; not a forward proxy: one fixed origin",
    version: () => packageVersion("haproxy"),
    prepare: configured("haproxy.cfg", (file) => [program("haproxy"), "-f", file]),
  },
  {
    name: "tinyproxy",
    settingsFile: "tinyproxy.conf",
    packageName: "tinyproxy",
    can: EVERYTHING,
    note: "closes after every answer",
    version: () => packageVersion("tinyproxy") ?? packageVersion("tinyproxy-bin"),
    prepare: configured("tinyproxy.conf", (file) => [program("tinyproxy"), "-d", "-c", file]),
  },
];

/** The peer with this name; throws when there is none. */
export function findPeer(name: string): Peer {
  const peer = PEERS.find((one) => one.name === name);
  if (peer === undefined)
    throw new Error(`no such proxy: ${name}; there are ${PEERS.map((one) => one.name).join(", ")}`);
  return peer;
}

export interface RunningPeer extends AsyncDisposable {
  readonly peer: Omit<Peer, "prepare">;
  readonly version: string;
  readonly port: number;
  readonly child: Child;
}

export type PeerStart =
  | { readonly ok: true; readonly running: RunningPeer }
  | { readonly ok: false; readonly why: string };

const lastLines = (file: string): string =>
  existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").slice(-3).join(" | ").slice(0, 400) : "";

/** Starts a peer on the proxy core and waits until it listens; a peer that is absent or fails is a value. */
export async function startPeer<Place extends PeerPlace>(
  peer: Peer<Place>,
  place: Place,
  signal: AbortSignal,
): Promise<PeerStart> {
  const version = peer.version();
  if (version === null) {
    const why =
      peer.packageName === null ? `${PRODUCT} is not built` : `package ${peer.packageName} is not installed`;
    return { ok: false, why };
  }
  const outputFile = join(place.folder, "output.txt");
  const asNobody = peer.packageName !== null && daemonOwner() !== null;
  const child = startChild(peer.prepare(place), { cores: place.cores ?? [PROXY_CORE], outputFile, asNobody });
  const fault = await untilListening(child, place.port, signal).catch(async (error: unknown) => {
    await child[Symbol.asyncDispose]();
    throw error;
  });
  if (fault !== null) {
    await child[Symbol.asyncDispose]();
    return { ok: false, why: `${fault}: ${lastLines(outputFile)}` };
  }
  return {
    ok: true,
    running: {
      peer,
      version,
      port: place.port,
      child,
      [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
    },
  };
}
