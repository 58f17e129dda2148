/** Interfaces, routes, connections and names. */
import Type from "typebox";
import { closed, count, nullable, oneOf, text } from "./parts.ts";

export const InterfaceName = Type.String({ pattern: "^[A-Za-z0-9_.:-]{1,15}$" });
export const IpAddress = Type.String({ minLength: 2, maxLength: 45, pattern: "^[0-9A-Fa-f:.]+$" });

export const InterfaceAddress = closed({
  address: text(64),
  prefixLength: count(),
  family: oneOf("ipv4", "ipv6"),
  /** real (青) or floating (黒), as the settings of the pair say. */
  kind: oneOf("real", "floating"),
  /** Whether the kernel has it now: a floating address only on the unit that holds it. */
  isPresent: Type.Boolean(),
  scope: text(16),
});
export const Interface = closed({
  name: text(32),
  mac: nullable(text(32)),
  mtu: count(),
  isUp: Type.Boolean(),
  hasCarrier: Type.Boolean(),
  /** The first interface, eth0 or bond0: only its aliases are floating addresses. */
  carriesFloating: Type.Boolean(),
  speedMbps: nullable(count()),
  addresses: Type.Array(InterfaceAddress),
  receivedBytes: count(),
  sentBytes: count(),
  errors: count(),
  drops: count(),
});
export type Interface = Type.Static<typeof Interface>;
export const Interfaces = closed({
  interfaces: Type.Array(Interface),
  /** Whether this process may change them; otherwise `why`. */
  mayChange: Type.Boolean(),
  why: nullable(text(1_000)),
});
export type Interfaces = Type.Static<typeof Interfaces>;
export const NewAddress = closed({
  address: IpAddress,
  prefixLength: Type.Integer({ minimum: 1, maximum: 128 }),
});
export const MoveAddress = closed({ to: InterfaceName });
export const Mtu = closed({ mtu: Type.Integer({ minimum: 576, maximum: 65_535 }) });

export const Routes = closed({
  routes: Type.Array(
    closed({
      destination: text(100),
      gateway: nullable(text(64)),
      interface: nullable(text(32)),
      source: nullable(text(64)),
      metric: nullable(count()),
      protocol: text(32),
      family: oneOf("ipv4", "ipv6"),
    }),
  ),
});
export type Routes = Type.Static<typeof Routes>;

export const Connections = closed({
  /** How many there are by state, all of them counted. */
  byState: Type.Record(Type.String(), Type.Integer()),
  /** Up to 500 of them. */
  connections: Type.Array(
    closed({
      protocol: text(8),
      state: text(32),
      local: text(100),
      remote: text(100),
    }),
  ),
  leftOut: count(),
});
export type Connections = Type.Static<typeof Connections>;

export const ResolverState = closed({
  servers: Type.Array(text(100)),
  /** Where they come from: the settings, or the system's resolv.conf. */
  source: oneOf("settings", "system"),
  search: Type.Array(text(255)),
  hostname: text(255),
});
export const ResolveQuestion = closed({ name: Type.String({ minLength: 1, maxLength: 255 }) });
export const ResolveAnswer = closed({
  name: text(255),
  addresses: Type.Array(closed({ address: text(64), family: oneOf("ipv4", "ipv6") })),
  durationMs: Type.Number(),
  /** Null when it worked. */
  fault: nullable(text(1_000)),
});
export type ResolveAnswer = Type.Static<typeof ResolveAnswer>;
