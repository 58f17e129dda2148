/** The product on the bench: the whole unit, proxy and all, as `futago run` starts it. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { callControl } from "#control/client.ts";
import { type Family, otherUnit, pairSettings, type UnitName } from "#test/support/pair-settings.ts";
import type { Contender, RunningPair } from "./contender.ts";
import { signalEach } from "./daemon-pair.ts";
import type { Lab } from "./lab.ts";

const COUNT = 3;
const KEY = "the key of a pair on the bench";
const LEASE_MS = 2_000;

const FAMILY_NAMES: Readonly<Record<string, string>> = { "4": "IPv4", "6": "IPv6", "4,6": "IPv4+6" };

export function futago(intervalMs: number, families: readonly Family[]): Contender {
  return {
    name: `futago ${intervalMs} ms × ${COUNT}, ${FAMILY_NAMES[families.join()] ?? families.join()}`,
    isProduct: true,
    intervalMs,
    silenceMs: intervalMs * COUNT,
    families,
    missing: () => null,
    begin: (lab) => begin(lab, intervalMs),
  };
}

function begin(lab: Lab, intervalMs: number): RunningPair {
  const children = new Map<UnitName, ChildProcess>();
  const daemons = new Map<UnitName, number>();
  const place = (unit: UnitName, file: string): string => join(lab.network.folder, unit, file);
  const childOf = (unit: UnitName): ChildProcess => {
    const child = children.get(unit);
    if (child === undefined) throw new Error(`unit ${unit} has not been started`);
    return child;
  };
  const ask = (unit: UnitName, command: "pair-status" | "pair-handover") =>
    callControl(place(unit, "heartbeat.sock"), { command });
  const signalDaemon = (unit: UnitName, signal: NodeJS.Signals): void =>
    signalEach([daemons.get(unit) ?? 0], signal);
  return {
    start(unit) {
      mkdirSync(place(unit, ""), { recursive: true });
      writeFileSync(place(unit, "key"), KEY);
      const redundancy = {
        intervalMs,
        count: COUNT,
        leaseMs: LEASE_MS,
        failback: { mode: "at-once", holdMs: 200 },
        // A cycle has more moves than anybody's day.
        damping: { moves: 100 },
        services: [{ name: "proxy" }],
      };
      const settings = pairSettings(unit, {
        keyFile: place(unit, "key"),
        families: lab.families,
        redundancy,
      });
      writeFileSync(place(unit, "settings.json"), JSON.stringify(settings));
      const words = ["--settings", place(unit, "settings.json"), "--state", place(unit, "")];
      const child = lab.network.node(unit, ["dist/futago.js", "run", ...words]);
      child.stdout?.resume();
      child.stderr?.resume();
      children.set(unit, child);
    },
    kill(unit) {
      signalEach([childOf(unit).pid ?? 0, daemons.get(unit) ?? 0], "SIGKILL");
    },
    async stop(unit) {
      const ended = once(childOf(unit), "exit");
      childOf(unit).kill("SIGTERM");
      await ended;
    },
    killDaemon(unit) {
      // The unit starts it again at once; without settings it cannot.
      renameSync(place(unit, "settings.json"), place(unit, "settings.away"));
      signalDaemon(unit, "SIGKILL");
    },
    reviveDaemon(unit) {
      renameSync(place(unit, "settings.away"), place(unit, "settings.json"));
    },
    hangDaemon: (unit) => signalDaemon(unit, "SIGSTOP"),
    resumeDaemon: (unit) => signalDaemon(unit, "SIGCONT"),
    async isReady(holder) {
      for (const unit of [holder, otherUnit(holder)]) {
        const status = await ask(unit, "pair-status");
        if (!status.ok || !("own" in status.value)) return false;
        const { own, pid } = status.value;
        daemons.set(unit, pid);
        if (own.state !== (unit === holder ? "active" : "standby") || own.health !== "well") return false;
      }
      return true;
    },
    async handover(from) {
      await ask(from, "pair-handover");
    },
  };
}
