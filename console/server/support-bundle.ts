/**
 * What support needs, as one file: what each unit of the pair says of itself, its settings and the ends of its logs.
 * The other unit gathers its own part and takes its secrets out itself; when it cannot be had, the file says why.
 */
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { watchesPair } from "#election/watches-pair.ts";
import { readConnections } from "#host/connections.ts";
import { readLinks, readRoutes } from "#host/ip-command.ts";
import { ProcessReader } from "#host/processes.ts";
import { sparseSettings } from "#settings/sparse.ts";
import { hideSecrets } from "./hide-secrets.ts";
import type { Services } from "./services.ts";
import { joinArchives, type TarFile, tarArchive } from "./tar.ts";

const [compress, expand] = [promisify(gzip), promisify(gunzip)];
const LOG_ROWS = 5_000;
const CONNECTIONS = 2_000;
const PROCESSES = 500;
const PART_BYTES_MAX = 256 * 1024 * 1024;

/** One part that cannot be had does not keep the others back: its fault stands in its place. */
async function part(name: string, read: () => unknown): Promise<TarFile> {
  let value: unknown;
  try {
    value = await read();
  } catch (error) {
    value = { fault: String(error) };
  }
  const text = typeof value === "string" ? value : `${JSON.stringify(value, null, 2)}\n`;
  return { name, body: Buffer.from(hideSecrets(text)) };
}

/** Both units' parts in one gzipped archive; the other unit is not waited for beyond its time limit. */
export async function supportBundle(services: Services): Promise<Buffer> {
  const [own, peer] = await Promise.all([ownArchive(services, "this-unit"), peerArchive(services)]);
  return compress(joinArchives([own, peer]));
}

/** This unit's part, for the other one: gzipped. */
export const supportPart = async (services: Services): Promise<Buffer> =>
  compress(await ownArchive(services, "other-unit"));

async function peerArchive({ sync, clock }: Services): Promise<Buffer> {
  const told = await sync.askSupportPart();
  const why = told.ok
    ? await expand(told.value.archive, { maxOutputLength: PART_BYTES_MAX }).catch(
        (error: Error) => error.message,
      )
    : told.error;
  if (typeof why !== "string") return why;
  const body = Buffer.from(`Nothing of the other unit is here: ${why}\n`);
  return tarArchive([{ name: "other-unit/missing.txt", body }], clock.wallMs());
}

async function ownArchive(services: Services, folder: string): Promise<Buffer> {
  const { desk, link, logs, audit, figures, appliance, clock, host } = services;
  const lines = async (log: "access" | "unit" | "system"): Promise<string> => {
    const { rows } = await logs.rows(log, {}, { before: null, limit: LOG_ROWS });
    return rows
      .map(({ line }) => `${line}\n`)
      .reverse()
      .join("");
  };
  const wallMs = clock.wallMs();
  const files = await Promise.all([
    part("about.json", () => ({
      unit: desk.settings.unit.name,
      version: appliance.version,
      node: process.versions,
      at: new Date(wallMs).toISOString(),
    })),
    part("settings.json", () => sparseSettings(desk.settings)),
    part("generations.json", () => desk.facts),
    part("status.json", () => link.status()),
    part("services.json", () => link.services()),
    part("pair.json", () => (watchesPair(desk.settings.redundancy) ? link.pairStatus() : null)),
    part("cache.json", () => link.cacheStats()),
    part("host.json", () => host.read({ mayStop: false, why: null })),
    part("processes.json", () => new ProcessReader().read(PROCESSES)),
    part("interfaces.json", readLinks),
    part("routes.json", async () => [await readRoutes("ipv4"), await readRoutes("ipv6")]),
    part("connections.json", () => readConnections(CONNECTIONS)),
    part("figures.json", () => figures.read("hour", ["requests", "hits", "errors", "cpu", "memory"], wallMs)),
    part("audit.json", async () => (await audit.page(null, 500)).rows),
    part("access.log", () => lines("access")),
    part("unit.log", () => lines("unit")),
    part("system.log", () => lines("system")),
  ]);
  return tarArchive(
    files.map(({ name, body }) => ({ name: `${folder}/${name}`, body })),
    wallMs,
  );
}
