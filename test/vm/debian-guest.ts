/**
 * A virtual machine with a kernel of Debian and the files of this machine, which it cannot change; it has no network
 * and no disk. Emulated throughout, so that it runs where there is no KVM, and some ten times as slow.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Owner } from "#test/support/owner.ts";
import { until } from "#test/support/until.ts";
import { debianKernel } from "./debian-kernel.ts";
import { type GuestJob, packFirstFiles } from "./first-files.ts";

const VIRTIOFSD = "/usr/lib/qemu/virtiofsd";
const QEMU = "/usr/bin/qemu-system-x86_64";
const MEMORY = "1536M";
const FILES_LIMIT_MS = 10_000;
/** Enough to see why the kernel stopped. */
const LOG_LINES = 40;

/** Before a process that outlives nobody: the kernel kills it when this one is gone, however it ends. */
const WITH_PARENT = ["--pdeathsig", "KILL"];

/** What is slow already must not wait for others as well: its timers would come late, and be judged. */
const BEFORE_OTHERS = ["nice", "-n", "-10"];

/** Waits until its input ends, then removes the folder $0. */
const JANITOR = 'cat; rm -rf --one-file-system "$0"';

/** Hands out this machine's files: mounted read-only under $0, where nobody else sees it. */
const FILE_SERVER = `set -e
for each in / "$PWD"; do
  mount --bind "$each" "$0/root$each"
  mount -o remount,bind,ro "$0/root$each"
done 2>"$0/said"
exec 2>>"$0/said" ${VIRTIOFSD} --socket-path="$0/files" -o source="$0/root" -o sandbox=chroot -o cache=always`;

/** Why there can be no such machine here; false when there can. */
export function missingForGuest(): string | false {
  if (process.getuid?.() !== 0) return "a virtual machine that shares the files needs root";
  for (const [file, from] of [
    [VIRTIOFSD, "qemu-system-common"],
    [QEMU, "qemu-system-x86"],
    ["/bin/busybox", "busybox-static"],
  ] as const)
    if (!existsSync(file)) return `there is no ${file} of the Debian package ${from}`;
  const kernel = debianKernel();
  return kernel.ok ? false : kernel.error;
}

export class DebianGuest {
  /** What the job writes to /dev/ttyS1, line by line; ends with the guest. */
  readonly lines: AsyncIterable<string>;
  readonly #folder: string;

  private constructor(folder: string, output: NodeJS.ReadableStream) {
    this.#folder = folder;
    this.lines = createInterface({ input: output });
  }

  /** Boots it for a job. It ends with the job, and after `limitMs` at the latest. */
  static async boot(owner: Owner, job: GuestJob, limitMs: number): Promise<DebianGuest> {
    const kernel = debianKernel();
    if (!kernel.ok) throw new Error(kernel.error);
    const folder = makeFolder(owner);
    const archive = await packFirstFiles(folder, kernel.value.modules, job);
    await serveFiles(owner, folder);
    const machine = start(owner, [
      ...BEFORE_OTHERS,
      QEMU,
      ...machineOptions(folder, kernel.value.image, archive),
    ]);
    const timer = setTimeout(() => machine.kill("SIGKILL"), limitMs);
    machine.once("close", () => clearTimeout(timer));
    if (machine.stdout === null) throw new Error("the machine has no output");
    return new DebianGuest(folder, machine.stdout);
  }

  /** The last of what the kernel and the programs said. */
  get log(): string {
    const path = join(this.#folder, "log");
    const lines = existsSync(path) ? readFileSync(path, "latin1").split(/\r?\n/) : [];
    return lines.slice(-LOG_LINES).join("\n");
  }
}

/** A folder for everything that is written; removed after the owner's processes, also when nobody is left to do it. */
function makeFolder(owner: Owner): string {
  const folder = mkdtempSync(join(tmpdir(), "futago-vm-"));
  mkdirSync(join(folder, "root"));
  const janitor = spawn("sh", ["-c", JANITOR, folder], {
    stdio: ["pipe", "ignore", "inherit"],
    detached: true,
  });
  janitor.unref();
  (janitor.stdin as Socket).unref();
  owner.teardown(async () => {
    janitor.ref();
    janitor.stdin?.end();
    await ended(janitor);
  });
  return folder;
}

/** Starts a program that ends with its owner. */
function start(owner: Owner, words: readonly string[]): ChildProcess {
  const child = spawn("setpriv", [...WITH_PARENT, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  owner.teardown(async () => {
    child.kill("SIGKILL");
    await ended(child);
  });
  return child;
}

function ended(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", resolve));
}

async function serveFiles(owner: Owner, folder: string): Promise<void> {
  const server = start(owner, [...BEFORE_OTHERS, "unshare", "--mount", "sh", "-c", FILE_SERVER, folder]);
  await until(() => {
    if (server.exitCode !== null) throw new Error(readFileSync(join(folder, "said"), "utf8"));
    return existsSync(join(folder, "files")) || undefined;
  }, FILES_LIMIT_MS);
}

const machineOptions = (folder: string, image: string, archive: string): readonly string[] => [
  ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"],
  ...["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max", "-smp", "2", "-m", MEMORY],
  // The file server reads and writes the guest's memory.
  ...["-object", `memory-backend-memfd,id=memory,size=${MEMORY},share=on`, "-numa", "node,memdev=memory"],
  ...["-chardev", `socket,id=files,path=${join(folder, "files")}`],
  ...["-device", "vhost-user-fs-pci,chardev=files,tag=host"],
  ...["-serial", `file:${join(folder, "log")}`, "-serial", "stdio"],
  ...["-kernel", image, "-initrd", archive],
  ...["-append", "console=ttyS0 quiet panic=-1 mitigations=off"],
];
