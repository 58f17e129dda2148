/** Two units and a client, on a bridge of their own. Root only. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import type { Outcome } from "#base/outcome.ts";
import { callControl } from "#control/client.ts";
import type { ControlCommand, PairStatusAnswer } from "#control/contract.ts";
import { TestNetwork } from "./namespaces.ts";
import { until } from "./until.ts";

export type UnitName = "a" | "b";

/** What the client saw since it was last asked. */
export interface Seen {
  readonly probes: number;
  readonly lost: number;
  /** The longest time without an answer. */
  readonly outageMs: number;
  /** How late the client itself was at worst: what the machine did not have time for. */
  readonly lagMs: number;
  /** Questions for the address that two machines answered. */
  readonly twice: number;
}

const ADDRESSES = { a: "10.8.0.1", b: "10.8.0.2", client: "10.8.0.3", floating: "10.8.0.100" } as const;
/** Beside them, for who wants to use them. */
const IPV6_ADDRESSES = { a: "fd08::1", b: "fd08::2", client: "fd08::3" } as const;
const ECHO_PORT = "9000";
const LIMIT_MS = 15_000;
const KEY = "the key of a test pair";

const otherUnit = (name: UnitName): UnitName => (name === "a" ? "b" : "a");

export class TestPair {
  readonly network: TestNetwork;
  readonly #folder = mkdtempSync(join(tmpdir(), "futago-pair-"));
  readonly #redundancy: object;
  readonly #settings: object;
  readonly #program: "heartbeatd" | "unit";
  readonly #programs = new Map<UnitName, ChildProcess>();
  #client: ChildProcess | null = null;

  private constructor(t: Test, redundancy: object, program: "heartbeatd" | "unit", settings: object) {
    this.network = new TestNetwork(t);
    this.#program = program;
    this.#redundancy = redundancy;
    this.#settings = settings;
    t.teardown(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /**
   * A pair that works: the unit set as active holds, the client is answered. Runs `program` on each unit, with
   * `settings` beside those of the pair.
   */
  static async start(
    t: Test,
    redundancy: object,
    program: "heartbeatd" | "unit" = "heartbeatd",
    settings: object = {},
  ): Promise<TestPair> {
    const pair = new TestPair(t, redundancy, program, settings);
    for (const name of ["a", "b", "client"] as const)
      pair.network.addHost(name, `${ADDRESSES[name]}/24`, `${IPV6_ADDRESSES[name]}/64`);
    for (const name of ["a", "b"] as const) await pair.#startEcho(name);
    pair.startProgram("a");
    await pair.reaches("a", "active");
    pair.startProgram("b");
    await pair.settled("a");
    pair.#client = pair.network.node(
      "client",
      ["test/support/floating-client.ts", ADDRESSES.floating, ECHO_PORT],
      true,
    );
    await once(pair.#client, "message");
    await pair.seen();
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
    const words =
      this.#program === "unit" ? ["appliance/cli/futago.ts", "run"] : ["appliance/main/heartbeatd.ts"];
    const program = this.network.node(name, [...words, "--settings", file, "--state", state]);
    this.#programs.set(name, program);
    program.stdout?.resume();
    program.stderr?.resume();
  }

  #writeSettings(name: UnitName, changes: object, key: string): { file: string; state: string } {
    const state = join(this.#folder, name);
    mkdirSync(state, { recursive: true });
    writeFileSync(join(state, "key"), key);
    const settings = {
      unit: { name: `unit-${name}` },
      listen: [{ address: "0.0.0.0", port: 3128 }],
      console: { enabled: false },
      clients: { allowedNetworks: ["10.8.0.0/24"] },
      workers: 1,
      cache: { enabled: false },
      metrics: { enabled: false },
      ...this.#settings,
      redundancy: {
        enabled: true,
        role: name === "a" ? "active" : "standby",
        peerAddress: ADDRESSES[otherUnit(name)],
        keyFile: join(state, "key"),
        floatingAddresses: [{ address: ADDRESSES.floating, prefixLength: 24, interface: "eth0" }],
        services: [],
        ...this.#redundancy,
        ...changes,
      },
    };
    const file = join(state, "settings.json");
    writeFileSync(file, JSON.stringify(settings));
    return { file, state };
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
    return join(this.#folder, name, "heartbeat.sock");
  }

  async command(
    name: UnitName,
    command: Extract<ControlCommand, `pair-${string}`>,
  ): Promise<Outcome<unknown, string>> {
    return callControl(this.socketOf(name), { command });
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

  /** Resolves when the unit is in that state. */
  async reaches(name: UnitName, state: string): Promise<void> {
    await until(async () => (await this.status(name))?.own.state === state || undefined, LIMIT_MS);
  }

  /** What the client has seen since the last call; waits for what is still under way. */
  async seen(): Promise<Seen> {
    const client = this.#client;
    if (client === null) throw new Error("the client has not started");
    await new Promise((resolve) => setTimeout(resolve, 250));
    const answer = once(client, "message");
    client.send("report");
    const [seen] = (await answer) as [Seen];
    return seen;
  }

  async #startEcho(name: UnitName): Promise<void> {
    await once(
      this.network.node(name, ["test/support/udp-echo.ts", ADDRESSES.floating, ECHO_PORT], true),
      "message",
    );
  }
}
