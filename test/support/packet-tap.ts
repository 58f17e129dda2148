/** A packet socket on a device of a test network: every frame that comes in, and a way to send. Root only. */
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

const ETHERTYPE_ALL = 3;

/** Frames that this machine has sent come by as well (SKF_AD_PKTTYPE is PACKET_OUTGOING): they are dropped. */
const INCOMING_ONLY = Buffer.from(
  ["3000000004f0ffff", "1500000104000000", "0600000000000000", "06000000ffff0000"].join(""),
  "hex",
);

const ETHERTYPE = { ipv4: 0x08_00, ipv6: 0x86_dd } as const;
const UDP = 17;
const HEARTBEAT_PORT = 7_900;

export class PacketTap {
  readonly #socket: WatchedSocket;

  constructor(device: string, onFrame: (frame: Buffer) => void) {
    const fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const address = Buffer.alloc(20);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeUInt16BE(ETHERTYPE_ALL, 2);
    address.writeInt32LE(Number(readFileSync(`/sys/class/net/${device}/ifindex`, "utf8")), 4);
    if (fd < 0 || attachFilter(fd, INCOMING_ONLY) !== 0 || bindTo(fd, address) !== 0)
      throw new Error(`no packet socket on ${device}`);
    this.#socket = new WatchedSocket(fd, (frame) => {
      if (frame !== null) onFrame(frame);
    });
  }

  send(frame: Uint8Array): void {
    writeMessage(this.#socket.fd, frame);
  }
}

/** UDP to the heartbeat's port, over either family. */
export function isHeartbeat(frame: Buffer): boolean {
  const isIpv4 = frame.readUInt16BE(12) === ETHERTYPE.ipv4 && frame[23] === UDP;
  if (!isIpv4 && !(isIpv6(frame) && frame[20] === UDP)) return false;
  return frame.readUInt16BE(udpOffset(frame) + 2) === HEARTBEAT_PORT;
}

export const isIpv6 = (frame: Buffer): boolean => frame.readUInt16BE(12) === ETHERTYPE.ipv6;

/** Where the UDP header of a frame begins that has one, without extension headers. */
export const udpOffset = (frame: Buffer): number => (isIpv6(frame) ? 54 : 14 + ((frame[14] ?? 0) & 15) * 4);
