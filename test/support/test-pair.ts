/** Two units and a client, on a bridge of their own. Root only. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Outcome } from "#base/outcome.ts";
import { callControl } from "#control/client.ts";
import type { ControlCommand, PairGroupAnswer, PairStatusAnswer } from "#control/contract.ts";
import type { Home } from "#election/config.ts";
import { TestNetwork } from "./namespaces.ts";
import { NetworkWire } from "./network-wire.ts";
import type { Owner } from "./owner.ts";
import {
  ECHO_PORT,
  type Family,
  floatingOf,
  hostAddresses,
  ONE_EACH,
  otherUnit,
  PLAN,
  PROXY_PORT,
  pairSettings,
  SECOND_PLAN,
  type UnitName,
} from "./pair-settings.ts";
import { type ProbePace, ProbingClient } from "./probing-client.ts";
import { until } from "./until.ts";

/** What the client saw since it was last asked, of all addresses and ways together. */
export interface Seen {
  readonly probes: number;
  readonly lost: number;
  /** The longest time without an answer. */
  readonly outageMs: number;
  /** How late the client itself was at worst: what the machine did not have time for. */
  readonly lagMs: number;
  /** Questions for an address that two machines answered. */
  readonly twice: number;
}

/** What a test may want beside two units on one network. */
export interface TestPairExtras {
  /** Of the floating addresses; IPv4 alone unless named. */
  readonly families?: readonly Family[];
  /** Whether each unit has a floating address of its own, in the place of `families`. */
  readonly oneEach?: boolean;
  /** Whether the client fetches pages through the proxy too. */
  readonly fetches?: boolean;
  /** Whether there is a second network for heartbeats. */
  readonly secondPath?: boolean;
  /** The interface of the floating addresses, made by `prepare` of eth0 on each host; eth0 unless named. */
  readonly device?: { readonly name: string; readonly prepare: (network: TestNetwork, host: string) => void };
  /** Whether a unit is the bundle under dist/, as it is shipped, and not the source. */
  readonly built?: boolean;
  /** The folder of the programs where they are bundled, each under its own name; elsewhere they are the sources. */
  readonly bundles?: string;
  /** How the client asks for the addresses; QUICK unless told. */
  readonly probing?: ProbePace;
  /** Whether the wall clocks that the units see jump all the time. */
  readonly jumpingClocks?: boolean;
  /** Whether the units' cables can be made bad. */
  readonly wires?: boolean;
  /** Whatever the units' settings have beside the redundancy section. */
  readonly settings?: object;
}

const LIMIT_MS = 30_000;
const KEY = "the key of a test pair";
const UNITS = ["a", "b"] as const;

export class TestPair {
  readonly network: TestNetwork;
  readonly #redundancy: object;
  readonly #program: "heartbeatd" | "unit";
  readonly #extras: TestPairExtras;
  readonly #programs = new Map<UnitName, ChildProcess>();
  readonly #wires = new Map<UnitName, NetworkWire>();
  readonly #logs = new Map<UnitName, string>();
  #client: ProbingClient | null = null;

  private constructor(
    owner: Owner,
    redundancy: object,
    program: "heartbeatd" | "unit",
    extras: TestPairExtras,
  ) {
    this.network = new TestNetwork(owner);
    this.#program = program;
    this.#extras = extras;
    this.#redundancy = redundancy;
  }

  /** A pair that works: the unit set as active holds, the client is answered. Runs `program` on each unit. */
  static async start(
    owner: Owner,
    redundancy: object,
    program: "heartbeatd" | "unit" = "heartbeatd",
    extras: TestPairExtras = {},
  ): Promise<TestPair> {
    const pair = new TestPair(owner, redundancy, program, extras);
    await pair.#build();
    pair.startProgram("a");
    await pair.reaches("a", "active");
    pair.startProgram("b");
    await pair.settled("a");
    pair.#client = await ProbingClient.start(pair.network, {
      host: "client",
      device: extras.device?.name ?? "eth0",
      addresses: pair.#floating,
      echoPort: ECHO_PORT,
      ...(extras.probing === undefined ? {} : { pace: extras.probing }),
      program: pair.#file("test/support/floating-client.ts"),
      ...(extras.fetches ? { proxyPort: PROXY_PORT, originAddress: PLAN[4].client } : {}),
    });
    return pair;
  }

  /** Makes a unit read settings that differ from those of the pair; `key`: another pair key. */
  async reload(name: UnitName, changes: object, key = KEY): Promise<void> {
    this.#writeSettings(name, changes, key);
    await this.signal(name, "SIGHUP");
  }

  /** Starts what the unit runs, with settings of its own. */
  startProgram(name: UnitName): void {
    const { file, state } = this.#writeSettings(name, {}, KEY);
    const preload = this.#extras.jumpingClocks ? ["--import", "./test/support/jumping-clock.ts"] : [];
    const where = ["--settings", file, "--state", state];
    const futago = this.#extras.built ? "dist/futago.js" : "appliance/cli/futago.ts";
    // The firmware schedules the heartbeat in real time; bounds of milliseconds hold there, not on a busy machine.
    const program =
      this.#program === "unit"
        ? this.network.node(name, [...preload, futago, "run", ...where])
        : this.network.device(name, [...preload, this.#file("appliance/main/heartbeatd.ts"), ...where]);
    this.#programs.set(name, program);
    program.stdout?.resume();
    program.stderr?.on("data", (text: Buffer) => {
      this.#logs.set(name, (this.#logs.get(name) ?? "") + text);
    });
  }

  #writeSettings(name: UnitName, changes: object, key: string): { file: string; state: string } {
    const state = join(this.network.folder, name);
    mkdirSync(state, { recursive: true });
    const [keyFile, file] = [join(state, "key"), join(state, "settings.json")];
    writeFileSync(keyFile, key);
    const { device, secondPath, settings } = this.#extras;
    const second = secondPath ? { secondPeerAddress: SECOND_PLAN[otherUnit(name)] } : {};
    const floating = this.#extras.oneEach ? { floatingAddresses: ONE_EACH } : {};
    const redundancy = { ...second, ...floating, ...this.#redundancy, ...changes };
    const options = { keyFile, families: this.#families, device: device?.name ?? "eth0", redundancy };
    writeFileSync(file, JSON.stringify({ ...pairSettings(name, options), ...settings }));
    return { file, state };
  }

  /** What the unit's programs have written to the log. */
  logOf(name: UnitName): string {
    return this.#logs.get(name) ?? "";
  }

  /** The bad cable of a unit. */
  wire(name: UnitName): NetworkWire {
    const wire = this.#wires.get(name);
    if (wire === undefined) throw new Error("this pair has no wires");
    return wire;
  }

  /** Sends a signal to that program; for one that ends it, resolves when it is gone. */
  async signal(name: UnitName, signal: NodeJS.Signals): Promise<void> {
    const program = this.#programs.get(name);
    if (program === undefined) return;
    const ends = signal === "SIGKILL" || signal === "SIGTERM";
    const closed = ends ? once(program, "exit") : Promise.resolve();
    program.kill(signal);
    await closed;
  }

  socketOf(name: UnitName): string {
    return join(this.network.folder, name, "heartbeat.sock");
  }

  async command(
    name: UnitName,
    command: Extract<ControlCommand, `pair-${string}`>,
  ): Promise<Outcome<unknown, string>> {
    return callControl(this.socketOf(name), { command });
  }

  /** Asks a unit to give away that floating address and those that move with it, or to ask for them. */
  handOver(name: UnitName, address: string): Promise<Outcome<unknown, string>> {
    return callControl(this.socketOf(name), { command: "pair-handover", address });
  }

  async status(name: UnitName): Promise<PairStatusAnswer | null> {
    const answer = await callControl(this.socketOf(name), { command: "pair-status" });
    return answer.ok ? answer.value : null;
  }

  /** Resolves when `holder` holds and the other one stands by, both well. */
  async settled(holder: UnitName): Promise<void> {
    await until(async () => {
      const [own, other] = await Promise.all([this.status(holder), this.status(otherUnit(holder))]);
      const isHeld = own?.own.state === "active" && own.own.holds;
      return (isHeld && other?.own.state === "standby" && other.own.health === "well") || undefined;
    }, LIMIT_MS);
  }

  /** Resolves when each unit holds the addresses with these homes and stands by for the others, both well. */
  async share(holding: Readonly<Record<UnitName, readonly Home[]>>): Promise<void> {
    const isSo = async (name: UnitName): Promise<boolean> => {
      const status = await this.status(name);
      const groups = status === null ? [] : [status, ...(status.second === null ? [] : [status.second])];
      const isRight = ({ home, own }: PairGroupAnswer): boolean =>
        own.holds === holding[name].includes(home) && own.state === (own.holds ? "active" : "standby");
      return groups.length > 0 && groups.every((group) => isRight(group) && group.own.health === "well");
    };
    await until(async () => ((await isSo("a")) && (await isSo("b"))) || undefined, LIMIT_MS);
  }

  /** Resolves when the unit is in that state. */
  async reaches(name: UnitName, state: string): Promise<void> {
    await until(async () => (await this.status(name))?.own.state === state || undefined, LIMIT_MS);
  }

  /** What the client has seen since the last call; waits for what is still under way. */
  async seen(): Promise<Seen> {
    if (this.#client === null) throw new Error("the client has not started");
    const { udp, http, lagMs, twice } = await this.#client.seen();
    const all = [...udp, ...http];
    return {
      probes: all.reduce((sum, { probes }) => sum + probes, 0),
      lost: all.reduce((sum, { lost }) => sum + lost, 0),
      outageMs: Math.max(...all.map(({ outageMs }) => outageMs)),
      lagMs,
      twice,
    };
  }

  get #floating(): readonly string[] {
    return this.#extras.oneEach ? ONE_EACH.map(({ address }) => address) : floatingOf(this.#families);
  }

  get #families(): readonly Family[] {
    return this.#extras.families ?? [4];
  }

  /** A program that is run within a host. */
  #file(source: string): string {
    const { bundles } = this.#extras;
    return bundles === undefined ? source : join(bundles, `${basename(source, ".ts")}.js`);
  }

  async #build(): Promise<void> {
    const { network } = this;
    for (const host of [...UNITS, "client"] as const) {
      network.addHost(host, ...hostAddresses(host));
      this.#extras.device?.prepare(network, host);
    }
    if (this.#extras.wires)
      for (const name of UNITS) this.#wires.set(name, await NetworkWire.start(network, name));
    if (this.#extras.secondPath) {
      network.addBridge("br1");
      for (const name of UNITS) {
        network.plug(name, "eth1", "br1");
        network.bringUp(name, "eth1", `${SECOND_PLAN[name]}/${SECOND_PLAN.prefixLength}`);
      }
    }
    await Promise.all(
      UNITS.map((name) => {
        const words = [this.#file("test/support/udp-echo.ts"), this.#floating.join(","), String(ECHO_PORT)];
        return once(network.device(name, words), "message");
      }),
    );
  }
}
