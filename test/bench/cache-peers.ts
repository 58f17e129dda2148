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
  /** The mean size that the cache is laid out for. */
  readonly objectBytes: number;
  /** The load is larger than the cache. */
  readonly overflows: boolean;
  readonly workers: number;
}

export interface CachePeer extends Peer<CachePlace> {
  readonly workersMax: number;
  /** Where its stored responses are files; null where their room is laid out once. */
  readonly store: ((place: CachePlace) => string) | null;
}

const mib = (bytes: number): number => Math.max(1, Math.round(bytes / MIB));

/** Disk tiers lie in the place's folder, memory tiers on a file system in memory. */
const storeFolder = (place: CachePlace): string => (place.diskBytes > 0 ? place.folder : place.memoryFolder);

const squidStore = (place: CachePlace): string => `${storeFolder(place)}/objects`;

/**
 * Squid's memory alone forgets the wrong objects (a hit ratio of 17 % in the mixed load, where LRU has 47 %). In the
 * memory tier an eighth of the budget is its memory, and the rest its disk's LRU, on a file system in memory.
 */
function prepareSquid(place: CachePlace): readonly string[] {
  const { memoryBytes, diskBytes } = place;
  const onDisk = diskBytes > 0;
  const file = configure(place, "squid-cache.conf", {
    memoryMib: mib(onDisk ? memoryBytes : memoryBytes / 8),
    store: squidStore(place),
    storeMib: mib(onDisk ? diskBytes : (memoryBytes * 7) / 8),
  });
  const squid = program("squid");
  return ["sh", "-c", `${squid} -N -z -f ${file} && exec ${squid} -N -f ${file}`];
}

/** What a key takes in nginx's zone of keys. */
const NGINX_KEY_BYTES = 128;

/**
 * nginx caches in files: the memory tier is a file system in memory, where there is one. It looks at the size of
 * its cache every few seconds only; the room for keys is a limit that it keeps at any moment. Files that it keeps
 * open it goes on to serve after they are evicted: so it keeps none where the cache overflows.
 */
function prepareNginx(place: CachePlace): readonly string[] {
  const storeBytes = place.diskBytes > 0 ? place.diskBytes : place.memoryBytes;
  const file = configure(place, "nginx-cache.conf", {
    store: storeFolder(place),
    storeMib: mib(storeBytes),
    keysKib: Math.ceil(((storeBytes / place.objectBytes) * NGINX_KEY_BYTES) / 1_024),
    openFiles: place.overflows ? "off" : "max=65536 inactive=3600s",
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

/** Traffic Server always has a disk; in the memory tier all that it holds there fits its RAM cache too. */
const prepareCachingTrafficServer = (place: CachePlace): readonly string[] =>
  prepareTrafficServer(
    place,
    "trafficserver-cache-records.config",
    mib(place.diskBytes > 0 ? place.diskBytes : place.memoryBytes),
    { memoryBytes: place.memoryBytes, objectBytes: Math.round(place.objectBytes), workers: place.workers },
  );

/** So it is with Futago: what is in memory is on disk, in the memory tier on a file system in memory as nginx's. */
const prepareFutago = (place: CachePlace): readonly string[] => {
  const { workers, memoryBytes, diskBytes } = place;
  const diskBytesMax = diskBytes > 0 ? diskBytes : memoryBytes;
  const settings = { workers, cache: { enabled: true, memoryBytesMax: memoryBytes, diskBytesMax } };
  return futagoCommand(writeFutagoSettings({ ...place, settings }), storeFolder(place));
};

const GET_ONLY = { get: true, connect: false } as const;

export const CACHE_PEERS: readonly CachePeer[] = [
  {
    name: "futago",
    workersMax: 2,
    store: (place) => `${storeFolder(place)}/cache`,
    packageName: null,
    settingsFile: "settings.json",
    can: GET_ONLY,
    note: "",
    version: productVersion,
    prepare: prepareFutago,
  },
  {
    name: "squid",
    workersMax: 1,
    store: squidStore,
    packageName: "squid",
    settingsFile: "squid-cache.conf",
    can: GET_ONLY,
    note: "an eighth cache_mem, the rest aufs",
    version: () => packageVersion("squid"),
    prepare: prepareSquid,
  },
  {
    name: "trafficserver",
    workersMax: 2,
    store: null,
    packageName: "trafficserver",
    settingsFile: "records.config",
    can: GET_ONLY,
    note: "",
    version: () => packageVersion("trafficserver"),
    prepare: prepareCachingTrafficServer,
  },
  {
    name: "varnish",
    workersMax: 2,
    store: null,
    packageName: "varnish",
    settingsFile: "varnish-cache.vcl",
    can: GET_ONLY,
    note: "one fixed origin",
    version: () => packageVersion("varnish"),
    prepare: prepareVarnish,
  },
  {
    name: "nginx",
    workersMax: 2,
    store: storeFolder,
    packageName: "nginx-light",
    settingsFile: "nginx-cache.conf",
    can: GET_ONLY,
    note: "one fixed origin",
    version: () => packageVersion("nginx-light") ?? packageVersion("nginx"),
    prepare: prepareNginx,
  },
];
