/**
 * Network namespaces on this machine: bridges with hosts on them. Root only. A janitor in a session of its own
 * removes everything when the network ends, also when whoever made it is killed.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Owner } from "./owner.ts";

const ip = (...words: readonly string[]): string => execFileSync("ip", words, { encoding: "utf8" });

/** Set to `skip` of a test that needs namespaces. */
export const needsRoot = process.getuid?.() === 0 ? false : "network namespaces need root";

/** Before programs that are part of the network: what is late there was late on no cable. */
const REAL_TIME = ["chrt", "--rr", "20"];
const mayRunInRealTime = spawnSync("chrt", ["--rr", "20", "true"]).status === 0;

/** Waits until its input ends, then ends the processes of every namespace with the prefix $0, and removes them. */
const JANITOR = `cat
for name in $(ip netns list | cut -d ' ' -f 1 | grep "^$0-"); do
  ip netns pids "$name" | xargs -r kill -9 2>/dev/null
  ip netns delete "$name"
done
rm -rf "$1" /etc/netns/"$0"-*`;

let networks = 0;

export class TestNetwork {
  /** For the files of its programs. */
  readonly folder: string;
  readonly #prefix = `ft${process.pid}x${networks}`;
  readonly #children = new Set<ChildProcess>();
  readonly #hosts: string[] = [];
  readonly #janitor: ChildProcess;

  constructor(owner: Owner) {
    networks += 1;
    this.folder = join(tmpdir(), this.#prefix);
    this.#janitor = spawn("sh", ["-c", JANITOR, this.#prefix, this.folder], {
      stdio: ["pipe", "ignore", "inherit"],
      detached: true,
    });
    this.#janitor.unref();
    (this.#janitor.stdin as Socket).unref();
    owner.teardown(() => this.#remove());
    mkdirSync(this.folder);
    ip("netns", "add", this.#space("bridge"));
    this.addBridge("br0");
  }

  /** One more network beside br0. */
  addBridge(bridge: string): void {
    this.ip("bridge", "link", "add", bridge, "type", "bridge");
    this.ip("bridge", "link", "set", bridge, "up");
  }

  /** A host with these addresses on its eth0, plugged into the bridge. */
  addHost(name: string, ...addresses: readonly string[]): void {
    ip("netns", "add", this.#space(name));
    this.#hosts.push(name);
    this.write(name, "/proc/sys/net/ipv4/ip_nonlocal_bind", "1");
    this.write(name, "/proc/sys/net/ipv6/ip_nonlocal_bind", "1");
    this.ip(name, "link", "set", "lo", "up");
    this.plug(name);
    this.bringUp(name, "eth0", ...addresses);
  }

  /** Connects an interface of the host to a bridge; nothing is on it yet. */
  plug(name: string, device = "eth0", bridge = "br0"): void {
    const port = portOf(name, device);
    this.ip(
      "bridge",
      ...["link", "add", port, "type", "veth", "peer", "name", device, "netns", this.#space(name)],
    );
    this.ip("bridge", "link", "set", port, "master", bridge, "up");
  }

  /**
   * Cuts the host's eth0 off the bridge and makes an end for a program to carry frames from one to the other.
   * The devices of both ends, in the namespace "bridge".
   */
  splice(name: string): readonly [hostEnd: string, bridgeEnd: string] {
    const hostEnd = portOf(name, "eth0");
    const [bridgeEnd, port] = [`wire-${name}`, `port-${name}`];
    this.write("bridge", "/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
    this.write("bridge", "/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
    this.ip("bridge", "link", "set", hostEnd, "nomaster");
    this.ip("bridge", "link", "add", port, "type", "veth", "peer", "name", bridgeEnd);
    this.ip("bridge", "link", "set", port, "master", "br0", "up");
    this.ip("bridge", "link", "set", bridgeEnd, "up");
    this.completePackets();
    return [hostEnd, bridgeEnd];
  }

  /**
   * Makes the hosts compute checksums and cut segments from now on. Between two devices of one kernel both are
   * left out, and what a program took from one of them and sends on would be refused.
   */
  completePackets(): void {
    const off = ["tx", "gso", "tso", "gro"].flatMap((each) => [each, "off"]);
    for (const host of this.#hosts) this.run(host, "ethtool", "-K", "eth0", ...off);
  }

  /** Gives an interface of the host its addresses and sets it up. */
  bringUp(name: string, device: string, ...addresses: readonly string[]): void {
    for (const address of addresses)
      this.ip(name, "address", "add", address, "dev", device, ...(address.includes(":") ? ["nodad"] : []));
    this.ip(name, "link", "set", device, "up");
  }

  /** `ip` within a host. */
  ip(name: string, ...words: readonly string[]): string {
    return ip("-n", this.#space(name), ...words);
  }

  /** The state of the cable of a host: the host loses its carrier. */
  cable(name: string, state: "up" | "down", device = "eth0"): void {
    this.ip("bridge", "link", "set", portOf(name, device), state);
  }

  /** Whether frames go between a host and the bridge, without any change that the host could notice. */
  forward(name: string, state: "on" | "off", device = "eth0", bridge = "br0"): void {
    const mode = state === "on" ? ["master", bridge] : ["nomaster"];
    this.ip("bridge", "link", "set", portOf(name, device), ...mode);
  }

  /** Runs a Node program within a host. */
  node(name: string, words: readonly string[], withChannel = false): ChildProcess {
    return this.spawn(name, [process.execPath, "--no-warnings", ...words], withChannel);
  }

  /** Runs a Node program as a part of the network itself, before everything else where that is permitted. */
  device(name: string, words: readonly string[]): ChildProcess {
    const before = mayRunInRealTime ? REAL_TIME : [];
    return this.spawn(name, [...before, process.execPath, "--no-warnings", ...words], true);
  }

  /** Runs any program within a host; what it writes is the caller's to read. */
  spawn(name: string, words: readonly string[], withChannel = false): ChildProcess {
    const child = spawn("ip", [...this.#within(name), ...words], {
      stdio: ["ignore", "pipe", "pipe", ...(withChannel ? (["ipc"] as const) : [])],
    });
    this.#children.add(child);
    child.once("close", () => this.#children.delete(child));
    return child;
  }

  /** Runs a program within a host and answers what it printed. */
  run(name: string, ...words: readonly string[]): string {
    return ip(...this.#within(name), ...words);
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
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "resolv.conf"), text);
  }

  #within(name: string): readonly string[] {
    return ["netns", "exec", this.#space(name)];
  }

  write(name: string, path: string, text: string): void {
    this.run(name, "sh", "-c", `echo ${text} > ${path}`);
  }

  #space(name: string): string {
    return `${this.#prefix}-${name}`;
  }

  async #remove(): Promise<void> {
    const ends = [...this.#children].map((child) => new Promise((resolve) => child.once("close", resolve)));
    for (const child of this.#children) child.kill("SIGKILL");
    this.#janitor.ref();
    const gone = new Promise((resolve) => this.#janitor.once("exit", resolve));
    this.#janitor.stdin?.end();
    await Promise.all([...ends, gone]);
  }
}

/** The bridge's end of a cable. */
const portOf = (name: string, device: string): string =>
  device === "eth0" ? `to-${name}` : `to-${name}-${device}`;
