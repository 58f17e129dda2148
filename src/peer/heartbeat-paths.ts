/**
 * Heartbeats between the units, and beside them reports of connections: UDP datagrams on one or two paths.
 * What they mean is the matter of others.
 */
import { createHmac, createSecretKey } from "node:crypto";
import { DgramAsPromised, type RemoteInfo, type SocketAsPromised } from "dgram-as-promised";
import type { Clock } from "#base/clock.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { decodeReport, encodeReport, isReport, type Report, type ReportFault } from "#connections/report.ts";
import { type DecodeFault, decodePacket, encodePacket, type Mac, type Packet } from "#election/packet.ts";
import { formatIpAddress, parseIpAddress, unmapped } from "#policy/ip-address.ts";
import {
  RECEIVED_PER_SECOND_MAX,
  REPORTS_PER_SECOND_MAX,
  REPORTS_SENDING_MAX,
  SENDING_MAX,
} from "./limits.ts";

export interface HeartbeatPathsOptions {
  /** The peer's real addresses, one for each path. */
  readonly peerAddresses: readonly string[];
  /** On both units. */
  readonly port: number;
  readonly pairId: number;
  /** Null: packets are not authenticated. */
  readonly key: Buffer | null;
  readonly clock: Clock;
  readonly onPacket: (outcome: Outcome<Packet, DecodeFault>) => void;
  /** What the peer tells of its clients' connections. */
  readonly onReport: (outcome: Outcome<Report, ReportFault>) => void;
}

/** What the transport has left out before anybody looked at it. */
export interface HeartbeatPathsStatus {
  /** Datagrams from another address than the peer's. */
  readonly foreign: number;
  readonly overrun: number;
  /** Datagrams that could not be sent: no route, no buffer, too many waiting. */
  readonly unsent: number;
}

const SECOND_MS = 1_000;

/** HMAC-SHA-256 under the pair key. */
function macOf(bytesOfKey: Buffer): Mac {
  const key = createSecretKey(bytesOfKey);
  return (bytes) => createHmac("sha256", key).update(bytes).digest();
}

function canonical(text: string): string {
  const address = parseIpAddress(text.replace(/%.*$/, ""));
  return address === null ? text : formatIpAddress(unmapped(address));
}

export class HeartbeatPaths implements AsyncDisposable {
  readonly #options: HeartbeatPathsOptions;
  readonly #mac: Mac | null;
  readonly #peers: readonly string[];
  readonly #sockets = new Map<"udp4" | "udp6", SocketAsPromised>();
  readonly #sending = { heartbeats: 0, reports: 0 };
  #secondFromMs = -Infinity;
  #received = { heartbeats: 0, reports: 0 };
  #foreign = 0;
  #overrun = 0;
  #unsent = 0;

  private constructor(options: HeartbeatPathsOptions) {
    this.#options = options;
    this.#mac = options.key === null ? null : macOf(options.key);
    this.#peers = options.peerAddresses.map(canonical);
  }

  /** Binds the port on all addresses of the unit. The error is a sentence for the operator. */
  static async open(options: HeartbeatPathsOptions): Promise<Outcome<HeartbeatPaths, string>> {
    const paths = new HeartbeatPaths(options);
    try {
      for (const peer of options.peerAddresses) await paths.#openFor(peer);
    } catch (error) {
      await paths[Symbol.asyncDispose]();
      return failure(`cannot use UDP port ${options.port} for the heartbeat: ${(error as Error).message}`);
    }
    return success(paths);
  }

  get status(): HeartbeatPathsStatus {
    return { foreign: this.#foreign, overrun: this.#overrun, unsent: this.#unsent };
  }

  /** Sends the packet on every path, with the path's number in it. What cannot be sent is counted. */
  send(packet: Packet): void {
    for (const [path, peer] of this.#options.peerAddresses.entries())
      this.#sendTo(peer, encodePacket({ ...packet, path }, this.#mac), "heartbeats", SENDING_MAX);
  }

  /** Sends the report on every path. What cannot be sent is counted. */
  report(report: Report): void {
    const bytes = encodeReport(report, this.#mac);
    for (const peer of this.#options.peerAddresses) this.#sendTo(peer, bytes, "reports", REPORTS_SENDING_MAX);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const sockets = [...this.#sockets.values()];
    this.#sockets.clear();
    await Promise.all(sockets.map((socket) => socket.close()));
  }

  async #openFor(peer: string): Promise<void> {
    const type = typeOf(peer);
    if (this.#sockets.has(type)) return;
    const socket = DgramAsPromised.createSocket({
      type,
      ipv6Only: type === "udp6",
      // Peers are addresses: no name is ever looked up.
      lookup: (address, _options, done) => done(null, address, type === "udp6" ? 6 : 4),
    });
    this.#sockets.set(type, socket);
    // One listener for good: `recv()` would lose what comes between two calls.
    socket.socket.on("message", (bytes: Buffer, from: RemoteInfo) => this.#receive(bytes, from.address));
    await socket.bind({ port: this.#options.port });
    socket.socket.on("error", () => {
      this.#unsent += 1;
    });
  }

  #receive(bytes: Buffer, from: string): void {
    if (!this.#peers.includes(from) && !this.#peers.includes(canonical(from))) {
      this.#foreign += 1;
      return;
    }
    const isHeartbeat = !isReport(bytes);
    const [kind, limit] = isHeartbeat
      ? (["heartbeats", RECEIVED_PER_SECOND_MAX] as const)
      : (["reports", REPORTS_PER_SECOND_MAX] as const);
    const nowMs = this.#options.clock.nowMs();
    if (nowMs >= this.#secondFromMs + SECOND_MS) {
      this.#secondFromMs = nowMs;
      this.#received = { heartbeats: 0, reports: 0 };
    }
    this.#received[kind] += 1;
    if (this.#received[kind] > limit) {
      this.#overrun += 1;
      return;
    }
    const { pairId, onPacket, onReport } = this.#options;
    if (isHeartbeat) onPacket(decodePacket(bytes, pairId, this.#mac));
    else onReport(decodeReport(bytes, pairId, this.#mac));
  }

  /** Reports have a room of their own, so that they keep no heartbeat back. */
  #sendTo(peer: string, bytes: Uint8Array, kind: "heartbeats" | "reports", waitingMax: number): void {
    const socket = this.#sockets.get(typeOf(peer));
    if (socket === undefined || this.#sending[kind] >= waitingMax) {
      this.#unsent += 1;
      return;
    }
    this.#sending[kind] += 1;
    socket.socket.send(bytes, this.#options.port, peer, (error) => {
      this.#sending[kind] -= 1;
      if (error !== null) this.#unsent += 1;
    });
  }
}

const typeOf = (address: string): "udp4" | "udp6" => (address.includes(":") ? "udp6" : "udp4");
