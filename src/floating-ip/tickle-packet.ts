/**
 * The tickle ACK: a bare TCP acknowledgement with numbers that cannot be right. The client's stack answers it
 * with its real numbers (RFC 9293 section 3.10.7.4, RFC 5961), and the unit that holds the address now, which
 * knows no such connection, resets it: the client learns within a round trip that it has to connect again.
 * One that is not there any more answers with a reset, which changes nothing.
 */
import type { Endpoints } from "#connections/connection-key.ts";
import { addressBytes } from "./address-bytes.ts";
import { internetChecksum } from "./internet-checksum.ts";

const TCP = 6;
const TCP_BYTES = 20;
/** Header length in words, ACK. */
const OFFSET_AND_FLAGS = 0x5010;
const WINDOW = 1_024;
const HOPS = 64;
const IPV4_BYTES = 20;
const DONT_FRAGMENT = 0x4000;

function acknowledgement(from: Uint8Array, to: Uint8Array, { localPort, clientPort }: Endpoints): Buffer {
  const tcp = Buffer.alloc(TCP_BYTES);
  tcp.writeUInt16BE(localPort, 0);
  tcp.writeUInt16BE(clientPort, 2);
  tcp.writeUInt16BE(OFFSET_AND_FLAGS, 12);
  tcp.writeUInt16BE(WINDOW, 14);
  const pseudo = Buffer.from([0, TCP, 0, TCP_BYTES]);
  tcp.writeUInt16BE(internetChecksum([from, to, pseudo, tcp]), 16);
  return tcp;
}

/** The whole IP packet. Of IPv4 the kernel fills in identification and checksum (raw(7)). */
export function tickle(ends: Endpoints): Buffer {
  const from = addressBytes(ends.local);
  const to = addressBytes(ends.client);
  const tcp = acknowledgement(from, to, ends);
  if (ends.local.family === 4) {
    const head = Buffer.alloc(IPV4_BYTES - 8);
    head[0] = 0x45;
    head.writeUInt16BE(IPV4_BYTES + TCP_BYTES, 2);
    head.writeUInt16BE(DONT_FRAGMENT, 6);
    head[8] = HOPS;
    head[9] = TCP;
    return Buffer.concat([head, from, to, tcp]);
  }
  const head = Buffer.alloc(8);
  head[0] = 0x60;
  head.writeUInt16BE(TCP_BYTES, 4);
  head[6] = TCP;
  head[7] = HOPS;
  return Buffer.concat([head, from, to, tcp]);
}
