/** The far end, on the load generator's core: nginx, or our own small server where nginx is missing. */
import { closeSync, ftruncateSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Child, startChild, untilListening } from "./child.ts";
import { findProgram, LOAD_CORE } from "./machine.ts";
import { writeTemplate } from "./template.ts";
import { freePort, type Workspace } from "./workspace.ts";

export const SMALL_BYTES = 1_024;
export const LARGE_BYTES = 100 * 1024 * 1024;
/** Runs as a program of its own. */
export const RAW_ORIGIN = join(import.meta.dirname, "load", "raw-origin.ts");

export interface Origin extends AsyncDisposable {
  /** Serves `/small`, `/large`, `/byte` (one byte) and what `addFile` made. */
  readonly port: number;
  readonly authority: string;
  readonly kind: string;
  readonly addFile: (name: string, bytes: number) => void;
}

/** A file of zeros that takes no room on the disk. */
function sparseFile(path: string, bytes: number): void {
  const file = openSync(path, "w", 0o644);
  ftruncateSync(file, bytes);
  closeSync(file);
}

function launch(folder: string, files: string, port: number): Child {
  const options = { cores: [LOAD_CORE], outputFile: join(folder, "output.txt") };
  const nginx = findProgram("nginx");
  if (nginx === null)
    return startChild([process.execPath, RAW_ORIGIN, "files", String(port), files], options);
  const configuration = writeTemplate("origin.conf", join(folder, "origin.conf"), { folder, files, port });
  return startChild([nginx, "-c", configuration], { ...options, asNobody: true });
}

/** Starts the far end; throws when it does not listen, for nothing can be measured without it. */
export async function startOrigin(workspace: Workspace, signal: AbortSignal): Promise<Origin> {
  const files = workspace.folder("files");
  writeFileSync(join(files, "small"), "x".repeat(SMALL_BYTES), { mode: 0o644 });
  sparseFile(join(files, "large"), LARGE_BYTES);
  const port = await freePort();
  await using stack = new AsyncDisposableStack();
  const child = stack.use(launch(workspace.folder("origin"), files, port));
  const fault = await untilListening(child, port, signal);
  if (fault !== null) throw new Error(`the origin: ${fault}`);
  const kept = stack.move();
  return {
    port,
    authority: `127.0.0.1:${port}`,
    kind: findProgram("nginx") === null ? "own server" : "nginx",
    addFile: (name, bytes) => sparseFile(join(files, name), bytes),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
