/** ucarp: CARP in user space, as its own examples set it up. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "#test/bench/machine.ts";
import { PLAN } from "#test/support/pair-settings.ts";
import type { Contender } from "./contender.ts";
import { daemonPair } from "./daemon-pair.ts";
import type { Lab } from "./lab.ts";

/** Its interval is whole seconds. */
const INTERVAL_MS = 1_000;
const EXECUTABLE = 0o755;

/** The backup takes over after `deadRatio` intervals without an advert: 3 by default, 1 at least. */
export function ucarp(deadRatio: number): Contender {
  return {
    name: `ucarp 1 s × ${deadRatio}`,
    isProduct: false,
    intervalMs: INTERVAL_MS,
    silenceMs: INTERVAL_MS * deadRatio,
    families: [4],
    missing: () => (findProgram("ucarp") === null ? "the Debian package ucarp is not here" : null),
    begin(lab) {
      const [up, down] = [script(lab, "add"), script(lab, "del")];
      return daemonPair(lab, INTERVAL_MS, (unit) => [
        ...["ucarp", "--interface=eth0", `--srcip=${PLAN[4][unit]}`, `--addr=${PLAN[4].floating}`],
        ...["--vhid=51", "--pass=secret", `--deadratio=${deadRatio}`, `--advskew=${unit === "a" ? 0 : 100}`],
        ...[`--upscript=${up}`, `--downscript=${down}`, "--shutdown", ...(unit === "a" ? ["--preempt"] : [])],
      ]);
    },
  };
}

function script(lab: Lab, verb: "add" | "del"): string {
  const path = join(lab.network.folder, `address-${verb}.sh`);
  const line = `ip address ${verb} "$2"/${PLAN[4].prefixLength} dev "$1" 2>/dev/null`;
  writeFileSync(path, `#!/bin/sh\n${line}\n`, { mode: EXECUTABLE });
  return path;
}
