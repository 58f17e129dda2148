/** Network namespaces on this machine: a bridge with hosts on it. Root only; everything is removed with the test. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";

const ip = (...words: readonly string[]): string => execFileSync("ip", words, { encoding: "utf8" });

/** Set to `skip` of a test that needs namespaces. */
export const needsRoot = process.getuid?.() === 0 ? false : "network namespaces need root";

let networks = 0;

export class TestNetwork {
  readonly #prefix = `ft${process.pid}x${networks}`;
  readonly #children = new Set<ChildProcess>();
  readonly #names: string[] = [];
  readonly #folders: string[] = [];

  constructor(t: Test) {
    networks += 1;
    t.teardown(() => this.#remove());
    this.#names.push(this.#space("bridge"));
    ip("netns", "add", this.#space("bridge"));
    this.ip("bridge", "link", "add", "br0", "type", "bridge");
    this.ip("bridge", "link", "set", "br0", "up");
  }

  /** A host with these addresses on its eth0, plugged into the bridge. */
  addHost(name: string, ...addresses: readonly string[]): void {
    this.#names.push(this.#space(name));
    ip("netns", "add", this.#space(name));
    this.plug(name);
    this.write(name, "/proc/sys/net/ipv4/ip_nonlocal_bind", "1");
    for (const address of addresses)
      this.ip(name, "address", "add", address, "dev", "eth0", ...(address.includes(":") ? ["nodad"] : []));
    this.ip(name, "link", "set", "lo", "up");
    this.ip(name, "link", "set", "eth0", "up");
  }

  /** Connects the host's eth0. */
  plug(name: string): void {
    this.ip(
      "bridge",
      ...["link", "add", `to-${name}`, "type", "veth", "peer", "name", "eth0", "netns", this.#space(name)],
    );
    this.ip("bridge", "link", "set", `to-${name}`, "master", "br0", "up");
  }

  /** `ip` within a host. */
  ip(name: string, ...words: readonly string[]): string {
    return ip("-n", this.#space(name), ...words);
  }

  /** The state of the cable of a host: the host loses its carrier. */
  cable(name: string, state: "up" | "down"): void {
    this.ip("bridge", "link", "set", `to-${name}`, state);
  }

  /** Whether frames go between a host and the bridge, without any change that the host could notice. */
  forward(name: string, state: "on" | "off"): void {
    const mode = state === "on" ? ["master", "br0"] : ["nomaster"];
    this.ip("bridge", "link", "set", `to-${name}`, ...mode);
  }

  /** Runs a Node program within a host. */
  node(name: string, words: readonly string[], withChannel = false): ChildProcess {
    const child = spawn("ip", [...this.#within(name), process.execPath, "--no-warnings", ...words], {
      stdio: ["ignore", "pipe", "pipe", ...(withChannel ? (["ipc"] as const) : [])],
    });
    this.#children.add(child);
    child.once("close", () => this.#children.delete(child));
    return child;
  }

  /** The namespace of a host, for programs that are started by others. */
  namespaceOf(name: string): string {
    return this.#space(name);
  }

  /** Runs any program within a host, silently, as the leader of a process group of its own. */
  program(name: string, command: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    return spawn("ip", [...this.#within(name), ...command], { stdio: "ignore", detached: true, env });
  }

  /** What programs within a host find as /etc/resolv.conf from now on. */
  resolver(name: string, text: string): void {
    const folder = join("/etc/netns", this.#space(name));
    this.#folders.push(folder);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "resolv.conf"), text);
  }

  #within(name: string): readonly string[] {
    return ["netns", "exec", this.#space(name)];
  }

  /** What a program prints that is run within a host. */
  run(name: string, ...words: readonly string[]): string {
    return ip("netns", "exec", this.#space(name), ...words);
  }

  write(name: string, path: string, text: string): void {
    execFileSync("ip", ["netns", "exec", this.#space(name), "sh", "-c", `echo ${text} > ${path}`]);
  }

  #space(name: string): string {
    return `${this.#prefix}-${name}`;
  }

  async #remove(): Promise<void> {
    const ends = [...this.#children].map((child) => new Promise((resolve) => child.once("close", resolve)));
    for (const child of this.#children) child.kill("SIGKILL");
    await Promise.all(ends);
    for (const name of this.#names) ip("netns", "delete", name);
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }
}
