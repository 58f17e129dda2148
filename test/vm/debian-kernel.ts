/** Debian's cloud kernel as it is installed here, for a virtual machine. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { failure, type Outcome, success } from "#base/outcome.ts";

export interface DebianKernel {
  readonly image: string;
  /** The modules that it needs to reach the host's files, in the order in which they are loaded. */
  readonly modules: readonly string[];
}

const IMAGE = /^vmlinuz-(.+-cloud-amd64)$/;

/** The newest that has its modules here. The error says what is missing. */
export function debianKernel(): Outcome<DebianKernel, string> {
  const [newest] = readdirSync("/boot")
    .map((name) => IMAGE.exec(name)?.[1])
    .filter((version) => version !== undefined && existsSync(`/lib/modules/${version}/modules.dep`))
    .sort((one = "", other = "") => other.localeCompare(one, "en", { numeric: true }));
  if (newest === undefined) return failure("there is no kernel of linux-image-cloud-amd64 in /boot");
  const modules = new Set(["virtio_pci", "virtiofs"].flatMap((name) => filesOf(name, newest)));
  return success({ image: `/boot/vmlinuz-${newest}`, modules: [...modules] });
}

/** A module and what it needs, needed ones first; none where it is built in. */
function filesOf(name: string, version: string): readonly string[] {
  const shown = execFileSync("modprobe", ["-S", version, "--show-depends", name], { encoding: "utf8" });
  return [...shown.matchAll(/^insmod (\S+)/gm)].map(([, path = ""]) => path);
}
