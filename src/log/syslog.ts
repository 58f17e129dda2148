/**
 * The system log of this machine: one datagram a line to its socket, in the form that local senders use
 * (RFC 3164 section 5.4 without the host name, as syslog(3) writes it). Node has no unix datagrams.
 */
import { dlopen } from "node:ffi";
import type { Clock } from "#base/clock.ts";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
/** struct sockaddr_un: the family, then a path of at most 107 bytes. */
const ADDRESS_BYTES = 110;
const PATH_AT = 2;

const DAEMON = 3;
const SEVERITY = { error: 3, warning: 4, notice: 5, info: 6 } as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export type SyslogSeverity = keyof typeof SEVERITY;

export interface SyslogOptions {
  /** The socket, usually /dev/log. */
  readonly path: string;
  /** The program's name. */
  readonly tag: string;
  readonly pid: number;
  readonly clock: Clock;
}

const two = (value: number, fill: string): string => String(value).padStart(2, fill);

/** "Nov  4 09:05:00", in local time, as RFC 3164 section 4.1.2 has it. */
function timestamp(wallMs: number): string {
  const at = new Date(wallMs);
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => two(part, "0")).join(":");
  return `${MONTHS[at.getMonth()]} ${two(at.getDate(), " ")} ${clock}`;
}

function socketAddress(path: string): Buffer {
  const address = Buffer.alloc(ADDRESS_BYTES);
  address.writeUInt16LE(AF_UNIX, 0);
  address.write(path, PATH_AT, ADDRESS_BYTES - PATH_AT - 1, "utf8");
  return address;
}

export class Syslog implements Disposable {
  readonly #options: SyslogOptions;
  readonly #calls = dlopen(null, {
    close: { arguments: ["i32"], return: "i32" },
    sendto: { arguments: ["i32", "pointer", "u64", "i32", "pointer", "u32"], return: "i64" },
    socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
  }).functions;
  readonly #address: Buffer;
  #fd: number;

  constructor(options: SyslogOptions) {
    this.#options = options;
    this.#address = socketAddress(options.path);
    this.#fd = this.#calls.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  }

  /** False when nobody took the line: there is no system log, or it does not keep up. Nothing waits for it. */
  write(severity: SyslogSeverity, line: string): boolean {
    if (this.#fd < 0) return false;
    const { tag, pid, clock } = this.#options;
    const priority = DAEMON * 8 + SEVERITY[severity];
    const bytes = Buffer.from(`<${priority}>${timestamp(clock.wallMs())} ${tag}[${pid}]: ${line}`);
    const sent = this.#calls.sendto(
      this.#fd,
      bytes,
      BigInt(bytes.length),
      0,
      this.#address,
      this.#address.length,
    );
    return sent === BigInt(bytes.length);
  }

  [Symbol.dispose](): void {
    if (this.#fd >= 0) this.#calls.close(this.#fd);
    this.#fd = -1;
  }
}
