/**
 * Makes the kernel's network have what the settings list: at the start, and at each change. What the settings no
 * longer list is taken back, and what stood in its place before comes back; what they never listed is not touched.
 * A file remembers what was made, before it is made: a unit that dies between leaves nothing that it would not find.
 */
import { readFile } from "node:fs/promises";
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { UnitAlert } from "#control/contract.ts";
import type { RouteFacts } from "#host/ip-command.ts";
import type { IpPort } from "#host/ip-port.ts";
import type { Settings } from "#settings/schema.ts";
import { writeWholeFile } from "#settings-file/whole-file.ts";

type Network = Settings["network"];

type Item =
  | ({ readonly kind: "address" } & Network["addresses"][number])
  | ({ readonly kind: "mtu" } & Network["mtus"][number])
  | ({ readonly kind: "route" } & Network["routes"][number]);

/** What was there before, for when the item is taken back. */
type Before = { readonly mtu?: number; readonly route?: RouteFacts };

interface Made {
  readonly item: Item;
  readonly before: Before;
}

export interface NetworkKeeperDeps {
  /** Where what was made is remembered. */
  readonly path: string;
  readonly ip: IpPort;
  readonly logger: Logger;
}

/** In the order in which they can be made: a route needs an address of its gateway's network. */
const itemsOf = ({ addresses, mtus, routes }: Network): readonly Item[] => [
  ...mtus.map((each) => ({ kind: "mtu" as const, ...each })),
  ...addresses.map((each) => ({ kind: "address" as const, ...each })),
  ...routes.map((each) => ({ kind: "route" as const, ...each })),
];

/** Items with one key cannot both be. */
function keyOf(item: Item): string {
  if (item.kind === "address") return `address ${item.interface} ${item.address}/${item.prefixLength}`;
  if (item.kind === "mtu") return `mtu ${item.interface}`;
  return `route ${item.destination} ${item.gateway.includes(":") ? 6 : 4}`;
}

const isSame = (a: Item, b: Item): boolean => JSON.stringify(a) === JSON.stringify(b);

/** As `ip` writes a destination: a host without its prefix. */
const shownDestination = (destination: string): string => destination.replace(/\/(?:32|128)$/, "");

export class NetworkKeeper {
  readonly #deps: NetworkKeeperDeps;
  #made: readonly Made[] = [];
  #fault: string | null = null;

  private constructor(deps: NetworkKeeperDeps) {
    this.#deps = deps;
  }

  static async open(deps: NetworkKeeperDeps): Promise<NetworkKeeper> {
    const keeper = new NetworkKeeper(deps);
    const text = await readFile(deps.path, "utf8").catch(() => null);
    try {
      if (text !== null) keeper.#made = (JSON.parse(text) as { readonly made: readonly Made[] }).made;
    } catch (error) {
      deps.logger("error", "network-forgotten", { path: deps.path, why: String(error) });
    }
    return keeper;
  }

  get alerts(): readonly UnitAlert[] {
    if (this.#fault === null) return [];
    const message = `the network settings are not in effect: ${this.#fault}`;
    return [{ code: "network-not-applied", message, parameters: { why: this.#fault } }];
  }

  /** All that the settings list, and nothing that they do not; the unit serves whatever comes of it. */
  async start(network: Network): Promise<void> {
    const added = await this.add(network);
    this.#fault = added.ok ? null : added.error;
    if (added.ok) await this.removeOthers(network);
    else this.#deps.logger("error", "network-not-applied", { why: added.error });
  }

  /** Adds what is listed and not there. On a failure everything is as it was before the call. */
  async add(network: Network): Promise<Outcome<null, string>> {
    const wanted = itemsOf(network);
    if (wanted.length === 0) return success(null);
    const before = this.#made;
    for (const item of wanted) {
      const done = await this.#make(item);
      if (done.ok) continue;
      await this.#takeBack(this.#made.filter((made) => !before.includes(made)));
      this.#made = before;
      for (const made of before) await this.#make(made.item);
      await this.#remember();
      return failure(`${keyOf(item)}: ${done.error}`);
    }
    this.#fault = null;
    return success(null);
  }

  /** Takes back what was made and is not listed any more. */
  async removeOthers(network: Network): Promise<void> {
    const wanted = itemsOf(network);
    const gone = this.#made.filter(({ item }) => !wanted.some((each) => isSame(each, item)));
    if (gone.length === 0) return;
    // A changed value has been made over the old one: that has nothing left to be taken back.
    const keys = new Set(wanted.map(keyOf));
    await this.#takeBack(gone.filter(({ item }) => !keys.has(keyOf(item))));
    this.#made = this.#made.filter((made) => !gone.includes(made));
    await this.#remember();
    // The kernel may take others along: the second address of a network with the first, routes with their address.
    for (const item of wanted) await this.#make(item);
  }

  async #make(item: Item): Promise<Outcome<null, string>> {
    const now = await this.#stateOf(item);
    if (!now.ok) return now;
    const known = this.#made.find((made) => keyOf(made.item) === keyOf(item));
    if (known === undefined || !isSame(known.item, item)) {
      // What stood there before anything of ours did.
      const before = known?.before ?? now.value.before;
      this.#made = [...this.#made, { item, before }];
      await this.#remember();
    }
    if (now.value.isThere) return success(null);
    const done = await this.#write(item);
    return done.ok ? success(null) : done;
  }

  async #stateOf(
    item: Item,
  ): Promise<Outcome<{ readonly isThere: boolean; readonly before: Before }, string>> {
    const { ip } = this.#deps;
    if (item.kind === "route") {
      const routes = await ip.routes(item.gateway.includes(":") ? "ipv6" : "ipv4");
      if (!routes.ok) return routes;
      const route = routes.value.find(
        ({ dst, metric = 0 }) => dst === shownDestination(item.destination) && metric === 0,
      );
      const isThere = route?.gateway === item.gateway;
      return success({ isThere, before: route === undefined || isThere ? {} : { route } });
    }
    const links = await ip.links();
    if (!links.ok) return links;
    const link = links.value.find(({ ifname }) => ifname === item.interface);
    if (link === undefined) return failure(`there is no interface ${item.interface}`);
    if (item.kind === "mtu") return success({ isThere: link.mtu === item.mtu, before: { mtu: link.mtu } });
    const isThere = link.addr_info.some(
      ({ local, prefixlen }) => local === item.address && prefixlen === item.prefixLength,
    );
    return success({ isThere, before: {} });
  }

  #write(item: Item): Promise<Outcome<unknown, string>> {
    const { ip } = this.#deps;
    if (item.kind === "address") return ip.addAddress(item);
    if (item.kind === "mtu") return ip.setMtu(item.interface, item.mtu);
    return ip.replaceRoute(item);
  }

  /** The last first. What is gone already is what was wanted; any other failure is logged, and not tried again. */
  async #takeBack(gone: readonly Made[]): Promise<void> {
    for (const { item, before } of gone.toReversed()) {
      const done = await this.#undo(item, before);
      if (!done.ok)
        this.#deps.logger("warning", "network-not-removed", { what: keyOf(item), why: done.error });
    }
  }

  #undo(item: Item, before: Before): Promise<Outcome<unknown, string>> {
    const { ip } = this.#deps;
    if (item.kind === "address") return ip.removeAddress(item);
    if (item.kind === "mtu") return ip.setMtu(item.interface, before.mtu ?? item.mtu);
    const { route } = before;
    if (route === undefined) return ip.removeRoute(item);
    const { gateway = null, dev, metric } = route;
    return ip.replaceRoute({ destination: item.destination, gateway, interface: dev, metric });
  }

  #remember(): Promise<void> {
    return writeWholeFile(this.#deps.path, `${JSON.stringify({ made: this.#made }, null, 2)}\n`);
  }
}
