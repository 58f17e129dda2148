/** A name server on loopback whose answers a test decides, one UDP packet a question. */
import { createSocket } from "node:dgram";
import { isIP } from "node:net";
import { parseIpAddress } from "#policy/ip-address.ts";

/** What is known of a name. Absent families are answered with no records. */
export interface DnsRecords {
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  /** Seconds; 60 unless told otherwise. */
  readonly ttl?: number;
  /** How long the answer to a question of that type waits, in milliseconds. */
  readonly delayMs?: { readonly a?: number; readonly aaaa?: number };
  /** Instead of records: for all questions about the name, or for one type. */
  readonly failure?: DnsFailure | { readonly a?: DnsFailure; readonly aaaa?: DnsFailure };
}

/** The response codes of RFC 1035 section 4.1.1, or no answer at all. */
export type DnsFailure = "SERVFAIL" | "NXDOMAIN" | "REFUSED" | "silence";

export interface DnsServer {
  /** "127.0.0.1:port", as the dns.servers setting wants it. */
  readonly address: string;
  /** Sets what is known of a name from now on; null forgets it. Unknown names get NXDOMAIN. */
  set(name: string, records: DnsRecords | null): void;
  /** Makes every question fail like that; null ends it. */
  failAll(failure: DnsFailure | null): void;
  /** The questions so far, such as "example.com A". */
  queries(): readonly string[];
  close(): Promise<void>;
}

const CODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;
const TYPES = { a: 1, aaaa: 28 } as const;
const HEADER_BYTES = 12;

interface Question {
  readonly name: string;
  readonly type: number;
  /** Where the question section ends. */
  readonly end: number;
}

function readQuestion(packet: Buffer): Question {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = packet[at] ?? 0; length > 0; length = packet[at] ?? 0) {
    labels.push(packet.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: packet.readUInt16BE(at + 1), end: at + 5 };
}

function addressBytes(address: string): Buffer {
  const bits = parseIpAddress(address)?.bits ?? 0n;
  return Buffer.from(bits.toString(16).padStart(isIP(address) === 4 ? 8 : 32, "0"), "hex");
}

function answer(packet: Buffer, question: Question, code: number, records: Buffer[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  packet.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8580 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, packet.subarray(HEADER_BYTES, question.end), ...records]);
}

function record(type: number, ttl: number, address: string): Buffer {
  const data = addressBytes(address);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(ttl, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

/** Starts a server with those names, on 127.0.0.1 and a port that the system chooses unless told otherwise. */
export async function startDnsServer(
  initial: Readonly<Record<string, DnsRecords>> = {},
  at: { readonly address: string; readonly port: number } = { address: "127.0.0.1", port: 0 },
): Promise<DnsServer> {
  const names = new Map(Object.entries(initial));
  const asked: string[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let failsAll: DnsFailure | null = null;
  const socket = createSocket("udp4");

  socket.on("message", (packet, client) => {
    const question = readQuestion(packet);
    const family = question.type === TYPES.aaaa ? "aaaa" : "a";
    asked.push(`${question.name} ${family.toUpperCase()}`);
    const known = names.get(question.name);
    const own = typeof known?.failure === "object" ? known.failure[family] : known?.failure;
    const failure = failsAll ?? own ?? (known === undefined ? "NXDOMAIN" : null);
    if (failure === "silence") return;
    const isAddress = question.type === TYPES.a || question.type === TYPES.aaaa;
    const records = failure === null && isAddress ? (known?.[family] ?? []) : [];
    const reply = answer(
      packet,
      question,
      CODES[failure ?? "NOERROR"],
      records.map((address) => record(question.type, known?.ttl ?? 60, address)),
    );
    const timer = setTimeout(() => {
      timers.delete(timer);
      socket.send(reply, client.port, client.address);
    }, known?.delayMs?.[family] ?? 0);
    timers.add(timer);
  });
  await new Promise<void>((resolve) => socket.bind(at.port, at.address, resolve));

  return {
    address: `${at.address}:${socket.address().port}`,
    set: (name, records) => {
      if (records === null) names.delete(name);
      else names.set(name, records);
    },
    failAll: (failure) => {
      failsAll = failure;
    },
    queries: () => asked,
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      return new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}
