/**
 * A program for a host of a test network: the adapter of clients' connections, worked by messages.
 *   node connections-host.ts ADDRESS,…      { call, argument } in, { result } out
 */
import { createServer } from "node:net";
import type { ReportVia } from "#connections/report.ts";
import { ClientConnections } from "#floating-ip/client-connections.ts";
import { parseIpAddress } from "#policy/ip-address.ts";

const addresses = (process.argv[2] ?? "").split(",");
const opened = ClientConnections.open({
  addresses,
  interface: "eth0",
  floating: () => addresses,
  table: "futago",
});
if (!opened.ok) throw new Error(opened.error);
const connections = opened.value;

interface Via {
  readonly ipv4: string;
  readonly ipv6: string | null;
}

const viaOf = ({ ipv4, ipv6 }: Via): ReportVia => ({
  ipv4: parseIpAddress(ipv4),
  ipv6: ipv6 === null ? null : parseIpAddress(ipv6),
});

const CALLS: Readonly<Record<string, (argument: never) => unknown>> = {
  list: () => {
    const listed = connections.list();
    return listed.ok ? [...listed.value] : listed.error;
  },
  forgetEnded: (most: number) => connections.forgetEnded(most),
  keep: (leaseMs: number) => connections.keep(leaseMs),
  renewKept: (leaseMs: number) => connections.renewKept(leaseMs),
  show: () => connections.show(),
  endKeeping: () => connections.endKeeping(),
  passOn: (via: Via) => connections.passOn(viaOf(via)),
  passesOn: () => connections.passesOn,
  endPassingOn: () => connections.endPassingOn(),
  listenAndEnd: (port: number) => void createServer((socket) => socket.end()).listen(port, "::"),
  listen: (port: number) => void createServer(() => {}).listen(port, "::"),
};

process.on("message", ({ call, argument }: { readonly call: string; readonly argument: never }) =>
  process.send?.({ result: CALLS[call]?.(argument) ?? null }),
);
process.on("disconnect", () => process.exit());
process.send?.({ ready: true });
