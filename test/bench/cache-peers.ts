/** The proxies that are compared as caches, as a table: caching is on, within the budgets of the place. */

import { packageVersion } from "./machine.ts";
import {
  configure,
  futagoCommand,
  type Peer,
  type PeerPlace,
  prepareTrafficServer,
  productVersion,
  program,
  writeFutagoSettings,
} from "./peers.ts";

const MIB = 1024 * 1024;

/** What a cache may hold. */
export interface CachePlace extends PeerPlace {
  readonly memoryBytes: number;
  /** 0: nothing on disk, as far as the peer knows how. */
  readonly diskBytes: number;
  /** Writable, in memory where the system has such a file system. */
  readonly memoryFolder: string;
  readonly workers: number;
}

export type CachePeer = Peer<CachePlace>;

const mib = (bytes: number): number => Math.max(1, Math.round(bytes / MIB));

function prepareSquid(place: CachePlace): readonly string[] {
  const onDisk = place.diskBytes > 0;
  const file = configure(place, "squid-cache.conf", {
    memoryMib: mib(place.memoryBytes),
    storage: onDisk ? `cache_dir ufs ${place.folder}/cache ${mib(place.diskBytes)} 16 256` : "",
  });
  const squid = program("squid");
  return onDisk
    ? ["sh", "-c", `${squid} -N -z -f ${file} && exec ${squid} -N -f ${file}`]
    : [squid, "-N", "-f", file];
}

/** nginx caches in files: the memory tier is a file system in memory, where there is one. */
function prepareNginx(place: CachePlace): readonly string[] {
  const onDisk = place.diskBytes > 0;
  const store = onDisk ? place.folder : place.memoryFolder;
  const file = configure(place, "nginx-cache.conf", {
    store,
    storeMib: mib(onDisk ? place.diskBytes : place.memoryBytes),
    workers: place.workers,
    listenOptions: place.workers > 1 ? "reuseport" : "",
  });
  return [program("nginx"), "-c", file];
}

function prepareVarnish(place: CachePlace): readonly string[] {
  const onDisk = place.diskBytes > 0;
  const run = configure(place, "varnish-run.sh", {
    vcl: configure(place, "varnish-cache.vcl"),
    storage: onDisk
      ? `file,${place.folder}/objects,${mib(place.diskBytes)}M`
      : `malloc,${mib(place.memoryBytes)}M`,
    workers: place.workers,
  });
  return ["sh", run];
}

/** Traffic Server always has a disk; without a disk tier all of what it holds there fits its RAM cache too. */
const prepareCachingTrafficServer = (place: CachePlace): readonly string[] =>
  prepareTrafficServer(
    place,
    "trafficserver-cache-records.config",
    mib(place.diskBytes > 0 ? place.diskBytes : place.memoryBytes),
    { memoryBytes: place.memoryBytes, workers: place.workers },
  );

const prepareFutago = (place: CachePlace): readonly string[] => {
  const { workers, memoryBytes: memoryBytesMax, diskBytes: diskBytesMax } = place;
  const settings = { workers, cache: { enabled: true, memoryBytesMax, diskBytesMax } };
  return futagoCommand(writeFutagoSettings({ ...place, settings }), place.folder);
};

const GET_ONLY = { get: true, connect: false } as const;

export const CACHE_PEERS: readonly CachePeer[] = [
  {
    name: "futago",
    packageName: null,
    settingsFile: "settings.json",
    can: GET_ONLY,
    note: "",
    version: productVersion,
    prepare: prepareFutago,
  },
  {
    name: "squid",
    packageName: "squid",
    settingsFile: "squid.conf",
    can: GET_ONLY,
    note: "cache_mem, ufs",
    version: () => packageVersion("squid"),
    prepare: prepareSquid,
  },
  {
    name: "trafficserver",
    packageName: "trafficserver",
    settingsFile: "records.config",
    can: GET_ONLY,
    note: "",
    version: () => packageVersion("trafficserver"),
    prepare: prepareCachingTrafficServer,
  },
  {
    name: "varnish",
    packageName: "varnish",
    settingsFile: "varnish-cache.vcl",
    can: GET_ONLY,
    note: "one fixed origin",
    version: () => packageVersion("varnish"),
    prepare: prepareVarnish,
  },
  {
    name: "nginx",
    packageName: "nginx-light",
    settingsFile: "nginx-cache.conf",
    can: GET_ONLY,
    note: "one fixed origin",
    version: () => packageVersion("nginx-light") ?? packageVersion("nginx"),
    prepare: prepareNginx,
  },
];
