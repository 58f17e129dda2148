/** What the kernel of a virtual machine finds before it has this machine's files, and its job's programs: an archive. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { VERSION } from "#appliance/firmware/version.ts";

export interface GuestJob {
  /** Node programs: each is bundled, since loading the sources takes ten times as long there. */
  readonly programs: readonly string[];
  /** A line for the shell, run in the current folder; the programs are under /run/programs. */
  readonly command: string;
}

/**
 * Before each program. CommonJS packages call `require`, which an ES module does not have. And what is compiled while
 * it runs is translated once more by the emulator: a program that is only interpreted has half the work to do.
 */
const BANNER = `
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
const require = createRequire(import.meta.url);
for (const flag of ["--no-opt", "--no-maglev", "--no-sparkplug"]) setFlagsFromString(flag);
`;

/** Ends the first process by switching the machine off; what went wrong before is in its log. */
const jobText = (command: string): string => `export PATH='${process.env["PATH"]}' HOME=/root
cd '${process.cwd()}'
ip link set lo up
${command}
/bin/busybox poweroff -f
`;

/** Writes the archive below `folder`, with these kernel modules in their order; its path. */
export async function packFirstFiles(
  folder: string,
  modules: readonly string[],
  { programs, command }: GuestJob,
): Promise<string> {
  const first = join(folder, "first");
  for (const name of ["bin", "dev", "host", "modules", "proc", "programs"])
    mkdirSync(join(first, name), { recursive: true });
  copyFileSync("/bin/busybox", join(first, "bin/busybox"));
  for (const [index, path] of modules.entries())
    copyFileSync(path, join(first, "modules", `${100 + index}-${basename(path)}`));
  copyFileSync("test/vm/init.sh", join(first, "init"));
  writeFileSync(join(first, "job"), jobText(command));
  writeFileSync(join(first, "folder"), process.cwd());
  writeFileSync(join(first, "programs/package.json"), '{ "type": "module" }');
  await build({
    entryPoints: [...programs],
    outdir: join(first, "programs"),
    entryNames: "[name]",
    bundle: true,
    platform: "node",
    format: "esm",
    target: "esnext",
    banner: { js: BANNER },
    define: { FUTAGO_VERSION: JSON.stringify(VERSION) },
    logLevel: "warning",
  });
  const archive = join(folder, "first.cpio");
  execFileSync("sh", ["-c", `find . | cpio --create --format=newc --quiet >"$0"`, archive], { cwd: first });
  return archive;
}
