/** Interfaces and their addresses: real ones and floating ones told apart, as in the manual. */

import type { Outcome } from "#base/outcome.ts";
import type { Interface, Interfaces } from "#console/contract/network.ts";
import type { HandlersOf } from "#console/server/handler.ts";
import { Refusal } from "#console/server/refusal.ts";
import type { Services } from "#console/server/services.ts";
import {
  type AddressChange,
  addAddress,
  type Link,
  readLinks,
  removeAddress,
  setMtu,
} from "#host/ip-command.ts";

type Names =
  | "interfaces.list"
  | "interfaces.address.add"
  | "interfaces.address.remove"
  | "interfaces.address.move"
  | "interfaces.mtu";

export function interfaceRoutes(services: Services): HandlersOf<Names> {
  const list = (): Promise<Interfaces> => interfaces(services);
  return {
    "interfaces.list": list,
    "interfaces.address.add": async ({ params, body, note }) => {
      const change = { interface: params.interface, ...body };
      note(shown(change));
      requireReal(services, change.address);
      await mustDo(addAddress(change));
      return list();
    },
    "interfaces.address.remove": async ({ params, note }) => {
      const change = await findAddress(params.interface, params.address);
      note(shown(change));
      requireReal(services, change.address);
      await mustDo(removeAddress(change));
      return list();
    },
    "interfaces.address.move": async ({ params, body, note }) => {
      const change = await findAddress(params.interface, params.address);
      note(`${shown(change)} to ${body.to}`);
      requireReal(services, change.address);
      // First added, so that a failure leaves it where it was.
      await mustDo(addAddress({ ...change, interface: body.to }));
      await mustDo(removeAddress(change));
      return list();
    },
    "interfaces.mtu": async ({ params, body, note }) => {
      note(`${params.interface} ${body.mtu}`);
      await mustDo(setMtu(params.interface, body.mtu));
      return list();
    },
  };
}

const shown = (change: AddressChange): string =>
  `${change.address}/${change.prefixLength} on ${change.interface}`;

async function mustDo(outcome: Promise<Outcome<unknown, string>>): Promise<void> {
  const done = await outcome;
  if (done.ok) return;
  throw new Refusal(
    /not permitted|permission/i.test(done.error) ? "not-permitted-here" : "conflict",
    done.error,
  );
}

/** Floating addresses are the heartbeat's alone: it would put back what is taken, and take what is put. */
function requireReal({ desk }: Services, address: string): void {
  if (desk.settings.redundancy.floatingAddresses.some((each) => each.address === address))
    throw new Refusal("conflict", "this is a floating address: change redundancy.floatingAddresses");
}

async function links(): Promise<readonly Link[]> {
  const told = await readLinks();
  if (!told.ok) throw new Refusal("not-permitted-here", told.error);
  return told.value;
}

async function findAddress(name: string, address: string): Promise<AddressChange> {
  const link = (await links()).find(({ ifname }) => ifname === name);
  const found = link?.addr_info.find(({ local }) => local === address);
  if (found === undefined) throw new Refusal("not-found", `${name} has no address ${address}`);
  return { interface: name, address, prefixLength: found.prefixlen };
}

async function interfaces(services: Services): Promise<Interfaces> {
  const { floatingAddresses } = services.desk.settings.redundancy;
  const all = await links();
  const main = mainInterface(all);
  const mayChange = process.geteuid?.() === 0;
  return {
    interfaces: all.map((link) => shownLink(link, floatingAddresses, main)),
    mayChange,
    why: mayChange ? null : "the console runs without the right to change interfaces",
  };
}

/** The manual's: eth0, or bond0; here the first that is neither loopback nor virtual where there is neither. */
function mainInterface(all: readonly Link[]): string | null {
  const names = all.filter(({ link_type }) => link_type !== "loopback").map(({ ifname }) => ifname);
  return ["bond0", "eth0"].find((name) => names.includes(name)) ?? names[0] ?? null;
}

type Floating = Services["desk"]["settings"]["redundancy"]["floatingAddresses"];

function shownLink(link: Link, floating: Floating, main: string | null): Interface {
  const own = floating.filter((each) => each.interface === link.ifname);
  const isFloating = (address: string): boolean => own.some((each) => each.address === address);
  const present = link.addr_info.map(({ local, prefixlen, family, scope }) => ({
    address: local,
    prefixLength: own.find(({ address }) => address === local)?.prefixLength ?? prefixlen,
    family: family === "inet6" ? ("ipv6" as const) : ("ipv4" as const),
    kind: isFloating(local) ? ("floating" as const) : ("real" as const),
    isPresent: true,
    scope,
  }));
  const absent = own
    .filter(({ address }) => !present.some((each) => each.address === address))
    .map(({ address, prefixLength }) => ({
      address,
      prefixLength,
      family: address.includes(":") ? ("ipv6" as const) : ("ipv4" as const),
      kind: "floating" as const,
      isPresent: false,
      scope: "global",
    }));
  const { rx, tx } = link.stats64 ?? { rx: NOTHING, tx: NOTHING };
  return {
    name: link.ifname,
    mac: link.address ?? null,
    mtu: link.mtu,
    isUp: link.flags.includes("UP"),
    hasCarrier: link.flags.includes("LOWER_UP"),
    carriesFloating: link.ifname === main,
    speedMbps: null,
    addresses: [...present, ...absent],
    receivedBytes: rx.bytes,
    sentBytes: tx.bytes,
    errors: rx.errors + tx.errors,
    drops: rx.dropped + tx.dropped,
  };
}

const NOTHING = { bytes: 0, errors: 0, dropped: 0 } as const;
