/** A private temporary folder and free ports; the folder goes when the benchmark ends. */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { daemonOwner } from "./child.ts";

export interface Workspace extends Disposable {
  readonly path: string;
  /** Makes a sub-folder that the peers' daemons may write to, and gives its path. */
  readonly folder: (name: string) => string;
}

/** Makes it in the system's folder for temporary files, or in another. */
export function createWorkspace(parent: string = tmpdir()): Workspace {
  const path = mkdtempSync(join(parent, "futago-bench-"));
  chmodSync(path, 0o755);
  return {
    path,
    folder(name) {
      const folder = join(path, name);
      mkdirSync(folder, { recursive: true });
      const owner = daemonOwner();
      if (owner !== null) chownSync(folder, owner, owner);
      return folder;
    },
    [Symbol.dispose]() {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** A TCP port of 127.0.0.1 that nothing uses now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no TCP port");
  return address.port;
}
