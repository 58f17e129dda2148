/**
 * Interfaces that are made of others, and what a pair must do on them. Told once for every kernel: a test runs it
 * here where this kernel can make such an interface, and in a virtual machine where it cannot.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { TestNetwork } from "./namespaces.ts";
import type { Owner } from "./owner.ts";
import { hostAddresses, type UnitName } from "./pair-settings.ts";
import type { ProbePace } from "./probing-client.ts";
import { type Seen, TestPair } from "./test-pair.ts";

export interface MadeInterface {
  readonly type: "VLAN" | "bond" | "macvlan";
  readonly name: string;
  /** The interfaces with a cable that it is made of: it has a carrier as long as one of them has. */
  readonly cables: readonly string[];
  /** The end of `ip link add` that makes it. */
  readonly words: readonly string[];
  /** Whether the cables become part of it, and not the thing that it stands on. */
  readonly enslaves: boolean;
}

/** How often a bond looks at the carriers below it. */
const BOND_LOOKS_MS = 100;

export const MADE_INTERFACES: readonly MadeInterface[] = [
  {
    type: "VLAN",
    name: "eth0.5",
    cables: ["eth0"],
    words: ["link", "eth0", "name", "eth0.5", "type", "vlan", "id", "5"],
    enslaves: false,
  },
  {
    type: "bond",
    name: "bond0",
    cables: ["eth0", "eth1"],
    words: ["name", "bond0", "type", "bond", "mode", "active-backup", "miimon", String(BOND_LOOKS_MS)],
    enslaves: true,
  },
  {
    type: "macvlan",
    name: "macvlan0",
    cables: ["eth0"],
    words: ["link", "eth0", "name", "macvlan0", "type", "macvlan", "mode", "bridge"],
    enslaves: false,
  },
];

/** Whether the kernel that runs this can make that interface; root only. */
export function isMakeable({ words }: MadeInterface): boolean {
  const name = `ftprobe${process.pid}`;
  const ip = (...rest: readonly string[]): unknown => execFileSync("ip", rest, { stdio: "pipe" });
  ip("netns", "add", name);
  try {
    ip("-n", name, "link", "add", "eth0", "type", "veth", "peer", "name", "other");
    ip("-n", name, "link", "add", ...words);
    return true;
  } catch {
    return false;
  } finally {
    ip("netns", "delete", name);
  }
}

/** Makes it on a host whose addresses are on eth0, and moves them there. */
function make(made: MadeInterface, network: TestNetwork, host: string): void {
  network.ip(host, "address", "flush", "dev", "eth0");
  for (const cable of made.cables) if (cable !== "eth0") network.plug(host, cable);
  network.ip(host, "link", "add", ...made.words);
  for (const cable of made.enslaves ? made.cables : []) {
    // A bond takes in only what is down.
    network.ip(host, "link", "set", cable, "down");
    network.ip(host, "link", "set", cable, "master", made.name);
  }
  network.bringUp(host, made.name, ...hostAddresses(host as UnitName));
}

/** How a pair runs there: as fast as the machine allows. */
export interface PairRun {
  readonly intervalMs: number;
  readonly count: number;
  /** What a move that is planned may cost the client: nothing, where the machine has the time. */
  readonly plannedMs: number;
  /** How its client asks for the addresses. */
  readonly probing: ProbePace;
  /** The folder of its programs where they are bundled. */
  readonly bundles?: string;
}

/** A takeover may take the heartbeats that have to be missed, and this. */
const TAKEOVER_EXTRA_MS = 30;

/** Whether something is as it should be, and what. */
export type Judge = (isSo: boolean, what: string) => unknown;

/** The bound holds for a machine that has the time: what the client itself had to wait is added. */
function judgeOutage(judge: Judge, what: string, { outageMs, lagMs }: Seen, boundMs: number): void {
  judge(outageMs <= boundMs + 2 * lagMs, `${what}: ${outageMs} ms of ${boundMs}, lag ${lagMs}`);
}

/** The modules that this kernel has loaded. */
function loadedModules(): ReadonlySet<string> {
  const lines = existsSync("/proc/modules") ? readFileSync("/proc/modules", "utf8").split("\n") : [];
  return new Set(lines.map((line) => line.split(" ")[0] ?? ""));
}

/** Floating addresses of both families on such an interface: handed over, let go without a carrier, taken over. */
export async function moveOn(made: MadeInterface, run: PairRun, owner: Owner, judge: Judge): Promise<void> {
  const { intervalMs, count, plannedMs, ...extras } = run;
  const takeoverMs = intervalMs * count + TAKEOVER_EXTRA_MS + extras.probing.probeMs;
  const device = {
    name: made.name,
    prepare: (network: TestNetwork, host: string) => make(made, network, host),
  };
  const timers = { intervalMs, count, failback: { mode: "never" } };
  const pair = await TestPair.start(owner, timers, "heartbeatd", { ...extras, device, families: [4, 6] });
  const { network } = pair;
  const modules = loadedModules();

  judge((await pair.command("a", "pair-handover")).ok, "a handover begins");
  await pair.settled("b");
  const { outageMs } = await pair.seen();
  judge(outageMs <= plannedMs, `a handover: ${outageMs} ms of ${plannedMs}`);

  const [last = "eth0", ...others] = made.cables.toReversed();
  for (const cable of others) network.cable("b", "down", cable);
  if (others.length > 0) {
    // How soon the other one is used is the kernel's affair: it has looked twice by then.
    await pause(2 * BOND_LOOKS_MS);
    judgeOutage(judge, "one cable of two", await pair.seen(), takeoverMs);
    judge((await pair.status("b"))?.own.holds === true, "with one cable of two the unit holds on");
  }
  network.cable("b", "down", last);
  await pair.reaches("a", "active");
  const cut = (await pair.status("b"))?.own;
  judge(cut?.health === "link" && !cut.holds, `without a carrier it lets go: ${cut?.state}, ${cut?.health}`);
  judgeOutage(judge, "no carrier", await pair.seen(), takeoverMs + (others.length > 0 ? BOND_LOOKS_MS : 0));
  for (const cable of made.cables) network.cable("b", "up", cable);
  await pair.settled("a");
  judgeOutage(judge, "a carrier that is back", await pair.seen(), plannedMs);

  for (const cable of made.cables) network.forward("a", "off", cable);
  await pair.reaches("b", "active");
  judgeOutage(judge, "a silent network", await pair.seen(), takeoverMs);

  const late = [...loadedModules()].filter((each) => !modules.has(each));
  judge(late.length === 0, `no move waits for a kernel module: ${late.join(" ")}`);
}
