/**
 * A program for a host of a test network: the adapter of floating addresses, worked by messages.
 *   node floating-host.ts ADDRESS,… GATEWAY NEIGHBOUR,…  →  { event, … } out; { call, argument } in, { result } out
 */
import { readFileSync } from "node:fs";
import { FloatingAddresses } from "#floating-ip/floating-addresses.ts";

const tell = (message: object): void => void process.send?.(message);

const opened = FloatingAddresses.open({
  addresses: (process.argv[2] ?? "").split(",").map((address) => ({ address, interface: "eth0" })),
  gateway: process.argv[3] ?? null,
  neighbours: process.argv[4]?.split(",") ?? [],
  onLink: () => tell({ event: "link" }),
  onAddresses: () => tell({ event: "addresses" }),
  onClaim: (claim) => tell({ event: "claim", ...claim }),
});
if (!opened.ok) throw new Error(opened.error);
const floating = opened.value;

const CALLS: Readonly<Record<string, (argument: never) => unknown>> = {
  hold: (leaseMs: number) => floating.hold(leaseMs),
  release: () => floating.release(),
  announce: () => floating.announce(),
  probe: () => floating.probe(),
  askFor: (address: string) => floating.askFor(address),
  keepNeighbours: () => floating.keepNeighbours(),
  refresh: () => floating.refresh(),
  holdAndLook: (leaseMs: number) => {
    floating.hold(leaseMs);
    return readFileSync("/proc/net/ipv6_route", "latin1");
  },
  state: () => ({ holds: floating.holds, holdsSome: floating.holdsSome, linkUp: floating.linkUp }),
  frames: () => floating.framesReceived(),
  mac: () => floating.hardwareAddress,
};

process.on("message", ({ call, argument }: { readonly call: string; readonly argument: never }) =>
  tell({ result: CALLS[call]?.(argument) ?? null }),
);
process.on("disconnect", () => process.exit());
tell({ event: "ready" });
