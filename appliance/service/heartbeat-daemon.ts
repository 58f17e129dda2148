/** The heartbeat process: the unit of a pair, its control socket, and the check of the proxy beside it. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join, resolve } from "node:path";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { ControlCommand, ControlRequest, PairStatusAnswer } from "#control/contract.ts";
import { ControlServer } from "#control/server.ts";
import { type PairCommand, PairUnit } from "#heartbeat/pair-unit.ts";
import type { Settings } from "#settings/schema.ts";
import { HEARTBEAT_SOCKET } from "./heartbeat-socket.ts";
import { PROXY_SERVICE } from "./load-settings.ts";
import { ProxyCheck } from "./proxy-check.ts";

export interface HeartbeatDaemonOptions {
  readonly settings: Settings;
  readonly stateDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const KEY_BYTES_MIN = 16;
const STATE_FOLDER_MODE = 0o700;
const SYSLOG_SOCKET = "/dev/log";

/** What the commands on the control socket mean to the election. */
const MEANINGS: Readonly<Partial<Record<ControlCommand, PairCommand>>> = {
  "pair-handover": "handover",
  "pair-maintenance-on": "maintenance-on",
  "pair-maintenance-off": "maintenance-off",
  "pair-announce": "announce",
};

/** The manual's lines go where its administrators look for them. */
function toSyslog(line: string): void {
  if (!existsSync(SYSLOG_SOCKET)) return;
  const child = spawn("logger", ["-t", "futago", "-p", "daemon.notice", "--", line], { stdio: "ignore" });
  child.once("error", () => {});
  child.unref();
}

async function readKey(path: string | undefined): Promise<Outcome<Buffer | null, string>> {
  if (path === undefined) return success(null);
  try {
    const text = (await readFile(path, "latin1")).trim();
    return text.length < KEY_BYTES_MIN
      ? failure(`the pair key in ${path} is shorter than ${KEY_BYTES_MIN} bytes`)
      : success(Buffer.from(text, "latin1"));
  } catch (error) {
    return failure(`cannot read the pair key: ${(error as Error).message}`);
  }
}

/** The real address of this unit on the first interface with floating addresses, of the peer's family. */
function ownAddress({ floatingAddresses, peerAddress = "" }: Settings["redundancy"]): string {
  const family = peerAddress.includes(":") ? "IPv6" : "IPv4";
  const floating = new Set(floatingAddresses.map(({ address }) => address));
  const here = networkInterfaces()[floatingAddresses[0]?.interface ?? ""] ?? [];
  return here.find((each) => each.family === family && !floating.has(each.address))?.address ?? "";
}

/** Where a client on this machine reaches the proxy. */
function proxyAddress(settings: Settings): { readonly address: string; readonly port: number } | null {
  const [first] = settings.listen;
  if (first === undefined) return null;
  const loopback = { "0.0.0.0": "127.0.0.1", "::": "::1" }[first.address];
  return { address: loopback ?? first.address, port: first.port };
}

export class HeartbeatDaemon implements AsyncDisposable {
  readonly #options: HeartbeatDaemonOptions;
  readonly #parts = new AsyncDisposableStack();
  #unit: PairUnit | null = null;
  #proxyCheck: ProxyCheck | null = null;

  private constructor(options: HeartbeatDaemonOptions) {
    this.#options = options;
  }

  /** Starts all parts; on failure nothing is left of them. The error is a sentence for the operator. */
  static async start(options: HeartbeatDaemonOptions): Promise<Outcome<HeartbeatDaemon, string>> {
    const daemon = new HeartbeatDaemon(options);
    const started = await daemon.#startParts();
    if (started.ok) return success(daemon);
    await daemon[Symbol.asyncDispose]();
    return started;
  }

  /** Hands over where the peer can take, and resolves when this unit is off. */
  async stop(): Promise<void> {
    await this.#unit?.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }

  async #startParts(): Promise<Outcome<null, string>> {
    const { settings, clock, logger } = this.#options;
    const { redundancy } = settings;
    if (!redundancy.enabled) return failure("redundancy.enabled is false: there is no pair to watch");
    const stateDir = resolve(this.#options.stateDir);
    await mkdir(stateDir, { recursive: true, mode: STATE_FOLDER_MODE });
    const key = await readKey(redundancy.keyFile);
    if (!key.ok) return key;
    // First, because it is also the lock: two of these on one unit would quarrel.
    const socket = await ControlServer.start(join(stateDir, HEARTBEAT_SOCKET), (request) =>
      this.#answer(request),
    );
    if (!socket.ok) return socket;
    this.#parts.use(socket.value);
    const unit = await PairUnit.start({
      redundancy,
      ownAddress: ownAddress(redundancy),
      key: key.value,
      nonce: Math.max(1, randomBytes(6).readUIntBE(0, 6)),
      clock,
      logger,
      onManualLine: toSyslog,
      onStall: () => this.#proxyCheck?.checkNow(),
    });
    if (!unit.ok) return unit;
    this.#unit = unit.value;
    this.#parts.use(unit.value);
    this.#watchProxy(unit.value);
    return success(null);
  }

  #watchProxy(unit: PairUnit): void {
    const { settings } = this.#options;
    const at = proxyAddress(settings);
    if (at === null || settings.redundancy.services.length === 0) return;
    this.#proxyCheck = new ProxyCheck(at, (alive) => unit.service(PROXY_SERVICE, alive));
    this.#parts.use(this.#proxyCheck);
  }

  async #answer({ command }: ControlRequest): Promise<Outcome<unknown, string>> {
    const unit = this.#unit;
    const status = unit?.status ?? null;
    if (unit === null || status === null) return failure("the heartbeat process is starting");
    if (command === "pair-status")
      return success({
        unit: this.#options.settings.unit.name,
        pid: process.pid,
        ...status,
      } satisfies PairStatusAnswer);
    const meant = MEANINGS[command];
    if (meant === undefined) return failure("the unit answers this, on its own socket");
    if (meant === "handover" && status.peer === null) return failure("the other unit has not been heard");
    if (meant === "announce" && !status.own.holds)
      return failure("this unit does not hold the floating addresses");
    unit.command(meant);
    return success({ asked: true });
  }
}
