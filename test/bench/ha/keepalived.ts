/** keepalived: VRRP version 3 (RFC 5798), as its own examples set it up. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "#test/bench/machine.ts";
import { PLAN, type UnitName } from "#test/support/pair-settings.ts";
import type { Contender } from "./contender.ts";
import { daemonPair } from "./daemon-pair.ts";

type Priorities = Readonly<Record<UnitName, number>>;

/** Those of its sample configuration. The backup waits (256 - 50) / 256 of an interval longer than three. */
const SAMPLE: Priorities = { a: 100, b: 50 };
/** The least wait that the protocol can have: for a comparison that favours it. */
const HIGHEST: Priorities = { a: 254, b: 253 };

export function keepalived(intervalMs: number, isTuned = false): Contender {
  const priorities = isTuned ? HIGHEST : SAMPLE;
  return {
    name: `keepalived ${intervalMs} ms${isTuned ? " tuned" : ""}`,
    isProduct: false,
    intervalMs,
    silenceMs: intervalMs * (3 + (256 - priorities.b) / 256),
    families: [4],
    missing: () => (findProgram("keepalived") === null ? "the Debian package keepalived is not here" : null),
    begin: (lab) =>
      daemonPair(lab, intervalMs, (unit) => {
        const file = (name: string): string => join(lab.network.folder, `keepalived-${unit}.${name}`);
        // A killed one leaves them behind, and the next would take them for one that runs.
        for (const name of ["pid", "vrrp.pid"]) rmSync(file(name), { force: true });
        writeFileSync(file("conf"), configuration(unit, intervalMs, priorities[unit], isTuned));
        return [
          ...["keepalived", "--dont-fork", "--log-console", "--vrrp", "--use-file", file("conf")],
          ...["--pid", file("pid"), "--vrrp_pid", file("vrrp.pid")],
        ];
      }),
  };
}

const configuration = (unit: UnitName, intervalMs: number, priority: number, isTuned: boolean): string =>
  `global_defs {
  vrrp_version 3
  ${isTuned ? "vrrp_higher_prio_send_advert true" : ""}
}
vrrp_instance floating {
  state ${unit === "a" ? "MASTER" : "BACKUP"}
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int ${intervalMs / 1_000}
  virtual_ipaddress {
    ${PLAN[4].floating}/${PLAN[4].prefixLength}
  }
}
`;
