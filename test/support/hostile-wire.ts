/**
 * A program between a host of a test network and its bridge: forwards frames both ways, and loses, delays,
 * doubles or blocks them as it is told. Where kernels have netem it could be that; not all of them do.
 *   node hostile-wire.ts HOST_DEVICE BRIDGE_DEVICE SEED   { way, conditions } in
 */

import { readFileSync } from "node:fs";
import {
  AF_PACKET,
  attachFilter,
  bindTo,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  socket,
  writeMessage,
} from "#floating-ip/system-calls.ts";
import { WatchedSocket } from "#floating-ip/watched-socket.ts";
import { Rng } from "#test/fuzz/rng.ts";
import { CALM, type Conditions, type WireMessage } from "./network-wire.ts";

const ETHERTYPE_ALL = 3;
const HEARTBEAT_PORT = 7_900;
const UDP = 17;

/** Frames that this program has sent itself come by as well (SKF_AD_PKTTYPE is PACKET_OUTGOING): they are dropped. */
const INCOMING_ONLY = Buffer.from(
  ["3000000004f0ffff", "1500000104000000", "0600000000000000", "06000000ffff0000"].join(""),
  "hex",
);

function open(device: string, onFrame: (frame: Buffer) => void): WatchedSocket {
  const fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETHERTYPE_ALL, 2);
  address.writeInt32LE(Number(readFileSync(`/sys/class/net/${device}/ifindex`, "utf8")), 4);
  if (fd < 0 || attachFilter(fd, INCOMING_ONLY) !== 0 || bindTo(fd, address) !== 0)
    throw new Error(`no packet socket on ${device}`);
  return new WatchedSocket(fd, (frame) => {
    if (frame !== null) onFrame(frame);
  });
}

/** UDP to the heartbeat's port, over either family. */
function isHeartbeat(frame: Buffer): boolean {
  const type = frame.readUInt16BE(12);
  if (type === 0x08_00)
    return frame[23] === UDP && frame.readUInt16BE(14 + ((frame[14] ?? 0) & 15) * 4 + 2) === HEARTBEAT_PORT;
  return type === 0x86_dd && frame[20] === UDP && frame.readUInt16BE(56) === HEARTBEAT_PORT;
}

const [hostDevice = "", bridgeDevice = "", seed = "1"] = process.argv.slice(2);
const random = new Rng(Number(seed), 0);
const chance = (share: number): boolean => share > 0 && random.below(1_000_000) < share * 1_000_000;
const conditions: Record<"in" | "out", Conditions> = { in: CALM, out: CALM };

function carry(way: "in" | "out", frame: Buffer, to: () => WatchedSocket): void {
  const { loss, duplication, delayMs, jitterMs, blocked } = conditions[way];
  if (blocked === "frames" || (blocked === "heartbeats" && isHeartbeat(frame)) || chance(loss)) return;
  for (let copies = chance(duplication) ? 2 : 1; copies > 0; copies -= 1) {
    const waitMs = delayMs + (jitterMs === 0 ? 0 : random.below(jitterMs));
    if (waitMs === 0) writeMessage(to().fd, frame);
    else setTimeout((kept: Buffer) => void writeMessage(to().fd, kept), waitMs, Buffer.from(frame));
  }
}

const host: WatchedSocket = open(hostDevice, (frame) => carry("out", frame, () => bridge));
const bridge: WatchedSocket = open(bridgeDevice, (frame) => carry("in", frame, () => host));

process.on("message", ({ way, conditions: told }: WireMessage) => {
  conditions[way] = { ...CALM, ...told };
  process.send?.("done");
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
