/** The settings of a pair of units on a test network. */

export type UnitName = "a" | "b";
export type Family = 4 | 6;

export const otherUnit = (name: UnitName): UnitName => (name === "a" ? "b" : "a");

/** Where everybody is; the second network is for a second heartbeat path. */
export const PLAN = {
  4: { a: "10.8.0.1", b: "10.8.0.2", client: "10.8.0.3", floating: "10.8.0.100", prefixLength: 24 },
  6: { a: "fd08::1", b: "fd08::2", client: "fd08::3", floating: "fd08::100", prefixLength: 64 },
} as const;
/** The floating address that is at home on unit b, where each unit has one. */
export const FLOATING_OF_B = "10.8.0.101";
export const SECOND_PLAN = { a: "10.9.0.1", b: "10.9.0.2", prefixLength: 24 } as const;
export const PROXY_PORT = 3128;
export const ECHO_PORT = 9_000;

export const floatingOf = (families: readonly Family[]): readonly string[] =>
  families.map((family) => PLAN[family].floating);

/** One floating address for each unit, as its settings have them. */
export const ONE_EACH = [
  { address: PLAN[4].floating, prefixLength: PLAN[4].prefixLength, interface: "eth0", home: "active" },
  { address: FLOATING_OF_B, prefixLength: PLAN[4].prefixLength, interface: "eth0", home: "standby" },
] as const;

/** The addresses of a host with their prefix lengths, in both families. */
export const hostAddresses = (host: UnitName | "client"): readonly string[] =>
  ([4, 6] as const).map((family) => `${PLAN[family][host]}/${PLAN[family].prefixLength}`);

export interface PairSettingsOptions {
  readonly keyFile: string;
  /** The families of the floating addresses; the heartbeat goes over the first. */
  readonly families: readonly Family[];
  /** The interface of the floating addresses; eth0 unless named. */
  readonly device?: string;
  /** Whatever the redundancy section has beside that. */
  readonly redundancy: object;
}

/** The whole settings of one unit; unit a is set as active. */
export function pairSettings(name: UnitName, options: PairSettingsOptions): object {
  const { keyFile, families, device = "eth0", redundancy } = options;
  const [heartbeatFamily = 4] = families;
  return {
    unit: { name: `unit-${name}` },
    listen: ["0.0.0.0", "::"].map((address) => ({ address, port: PROXY_PORT })),
    clients: { allowedNetworks: ["127.0.0.0/8", "10.8.0.0/24", "fd08::/64"] },
    egress: { allow: [{ network: "10.8.0.0/24" }, { network: "fd08::/64" }] },
    console: { enabled: false },
    workers: 1,
    cache: { enabled: false },
    metrics: { enabled: false },
    redundancy: {
      enabled: true,
      role: name === "a" ? "active" : "standby",
      peerAddress: PLAN[heartbeatFamily][otherUnit(name)],
      keyFile,
      floatingAddresses: families.map((family) => ({
        address: PLAN[family].floating,
        prefixLength: PLAN[family].prefixLength,
        interface: device,
      })),
      services: [],
      ...redundancy,
    },
  };
}
