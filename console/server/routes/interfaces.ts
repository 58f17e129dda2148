/** Interfaces and their addresses: real ones and floating ones told apart, as in the manual. */

import type { Outcome } from "#base/outcome.ts";
import type { Interface, Interfaces } from "#console/contract/network.ts";
import type { HandlersOf } from "#console/server/handler.ts";
import { type Identity, nameOf } from "#console/server/identity.ts";
import { Refusal } from "#console/server/refusal.ts";
import type { Services } from "#console/server/services.ts";
import { type AddressChange, type Link, readLinks, removeAddress } from "#host/ip-command.ts";
import type { Settings } from "#settings/schema.ts";

type Names =
  | "interfaces.list"
  | "interfaces.address.add"
  | "interfaces.address.remove"
  | "interfaces.address.move"
  | "interfaces.mtu";

/** A changed address may cut off whoever changed it: each change is on trial, as on the page of the settings. */
const TRIAL_MS = 120_000;

type Network = Settings["network"];

export function interfaceRoutes(services: Services): HandlersOf<Names> {
  const list = (): Promise<Interfaces> => interfaces(services);
  /** Changes the settings, which the unit keeps over its restarts; what is not in them it was given by others. */
  const change = async (
    who: Identity,
    reason: string,
    changed: (network: Network) => Network,
  ): Promise<void> => {
    const { desk } = services;
    const parsed = desk.parse({ ...desk.settings, network: changed(desk.settings.network) });
    if (!parsed.ok) throw new Refusal("settings-faults", undefined, { faults: [...parsed.error] });
    await desk.apply({
      settings: parsed.value,
      base: desk.latest.generation,
      author: nameOf(who),
      reason,
      confirmWithinMs: TRIAL_MS,
      origin: "console",
      source: null,
    });
  };
  const without = (addresses: Network["addresses"], gone: AddressChange): Network["addresses"] =>
    addresses.filter((each) => !isSameAddress(each, gone));
  const isKept = (address: AddressChange): boolean =>
    services.desk.settings.network.addresses.some((each) => isSameAddress(each, address));
  return {
    "interfaces.list": list,
    "interfaces.address.add": async ({ params, body, who, note }) => {
      const added = { interface: params.interface, ...body };
      note(shown(added));
      requireReal(services, added.address);
      await change(who, `added ${shown(added)}`, (network) => ({
        ...network,
        addresses: [...network.addresses, added],
      }));
      return list();
    },
    "interfaces.address.remove": async ({ params, who, note }) => {
      const gone = await findAddress(params.interface, params.address);
      note(shown(gone));
      requireReal(services, gone.address);
      if (isKept(gone))
        await change(who, `removed ${shown(gone)}`, (network) => ({
          ...network,
          addresses: without(network.addresses, gone),
        }));
      else await mustDo(removeAddress(gone));
      return list();
    },
    "interfaces.address.move": async ({ params, body, who, note }) => {
      const moved = await findAddress(params.interface, params.address);
      note(`${shown(moved)} to ${body.to}`);
      requireReal(services, moved.address);
      const isForeign = !isKept(moved);
      // First added, so that a failure leaves it where it was.
      await change(who, `moved ${shown(moved)} to ${body.to}`, (network) => ({
        ...network,
        addresses: [...without(network.addresses, moved), { ...moved, interface: body.to }],
      }));
      if (isForeign) await mustDo(removeAddress(moved));
      return list();
    },
    "interfaces.mtu": async ({ params, body, who, note }) => {
      note(`${params.interface} ${body.mtu}`);
      const own = { interface: params.interface, mtu: body.mtu };
      await change(who, `MTU of ${own.interface} ${own.mtu}`, (network) => ({
        ...network,
        mtus: [...network.mtus.filter((each) => each.interface !== own.interface), own],
      }));
      return list();
    },
  };
}

const isSameAddress = (a: AddressChange, b: AddressChange): boolean =>
  a.interface === b.interface && a.address === b.address && a.prefixLength === b.prefixLength;

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
