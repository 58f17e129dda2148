/**
 * What can be wrong with the settings of the WPAD server that have the right shape. Faults are refused: what would
 * make a script with a known trap of browsers is one, with its reason. Warnings are for what is allowed by choice.
 */
import { checkNetworks } from "#policy/check-settings.ts";
import { formatIpAddress, parseIpAddress, sameAddress, unmapped } from "#policy/ip-address.ts";
import { contains, type Network, parseNetwork } from "#policy/network.ts";
import type { Settings } from "#settings/schema.ts";
import { itemPath, type SettingsFault, showValue } from "#settings/settings-fault.ts";
import { checkRules, isHostName, PLAIN_TEXT } from "./check-rules.ts";
import { ALL_WELL, clientOrder } from "./client-order.ts";
import { SCRIPT_BYTES_MAX } from "./limits.ts";
import { plansOf, type WpadSettings } from "./plan.ts";
import { scriptText } from "./script-text.ts";

type Report = (path: string, found: unknown, expected: string) => void;

const ADDRESS = "an IPv4 or IPv6 address, such as 0.0.0.0 or 192.0.2.100";
const HOST = "a host name in lower case ASCII, or an IPv4 or IPv6 address";
const LOOPBACK = ["127.0.0.0/8", "::1/128"].map(parseNetwork).filter((each) => each !== null);
const NOWHERE = ["0.0.0.0/8", "::/128"].map(parseNetwork).filter((each) => each !== null);
/** Any client: none has a longer script than another, because each lists all proxies. */
const SAMPLE_CLIENT = "192.0.2.1";

const isIn = (networks: readonly Network[], host: string): boolean => {
  const address = parseIpAddress(host);
  return address !== null && networks.some((network) => contains(network, unmapped(address)));
};

/** Only where a client has it too may a script name an address. */
function checkProxyHost(path: string, host: string, report: Report): void {
  const address = parseIpAddress(host);
  if (address === null && !isHostName(host)) report(path, host, HOST);
  else if (host === "localhost" || isIn([...LOOPBACK, ...NOWHERE], host))
    report(path, host, "a host of this network: for a browser it would be the browser's own machine");
}

function checkProxies({ proxies, listed }: WpadSettings, report: Report): void {
  const names = new Map<string, number>();
  const places = new Map<string, number>();
  for (const [index, proxy] of proxies.entries()) {
    const path = itemPath("wpad.proxies", index);
    const place = `${proxy.host.toLowerCase()} ${proxy.port}`;
    const [sameName, samePlace] = [names.get(proxy.name), places.get(place)];
    if (proxy.name === "direct")
      report(`${path}.name`, proxy.name, "another name: rules say direct for no proxy");
    if (sameName !== undefined)
      report(`${path}.name`, proxy.name, `a name other than that of wpad.proxies[${sameName}]`);
    if (samePlace !== undefined)
      report(
        path,
        `${proxy.host} port ${proxy.port}`,
        `a host and port other than wpad.proxies[${samePlace}]`,
      );
    const sameNumber = proxies.findIndex(({ number }) => number !== undefined && number === proxy.number);
    if (sameNumber >= 0 && sameNumber < index)
      report(`${path}.number`, proxy.number, `a number other than that of wpad.proxies[${sameNumber}]`);
    names.set(proxy.name, index);
    places.set(place, index);
    checkProxyHost(`${path}.host`, proxy.host, report);
    if (proxy.floatingHost !== undefined) checkProxyHost(`${path}.floatingHost`, proxy.floatingHost, report);
    if (proxy.scheme === "https" && proxy.unit !== "other")
      report(`${path}.scheme`, proxy.scheme, '"http": the proxies of the pair speak no TLS to browsers');
    if (listed === "floating") checkFloatingHost(proxies, index, report);
  }
  if (!proxies.some(({ weight }) => weight > 0))
    report("wpad.proxies", proxies, "at least one proxy with a weight above 0, since enabled is true");
  for (const unit of ["this", "peer"] as const) {
    const mine = proxies.filter((proxy) => proxy.unit === unit);
    if (new Set(mine.map(({ host }) => host)).size > 1)
      report("wpad.proxies", `${mine.length} hosts of unit "${unit}"`, "one host for each unit of the pair");
  }
}

function checkFloatingHost(proxies: WpadSettings["proxies"], index: number, report: Report): void {
  const path = `${itemPath("wpad.proxies", index)}.floatingHost`;
  const { floatingHost, port } = proxies[index] ?? {};
  const earlier = proxies.findIndex((each) => each.floatingHost === floatingHost && each.port === port);
  if (floatingHost === undefined)
    report(path, undefined, "the address that stands for it, since listed is floating");
  else if (earlier < index)
    report(path, floatingHost, `an address other than that of wpad.proxies[${earlier}]: each fails over`);
}

/** Shares that a way to balance cannot give. */
function checkBalance(wpad: WpadSettings, report: Report): void {
  const profiles = [
    { path: "wpad", balance: wpad.balance, proxies: undefined },
    ...wpad.profiles.map(profileRow),
  ];
  for (const { path, balance = wpad.balance, proxies } of profiles) {
    const chosen = wpad.proxies.filter(({ name, weight }) => weight > 0 && (proxies?.includes(name) ?? true));
    const weights = new Set(chosen.map(({ weight }) => weight));
    if (balance === "parity" && weights.size > 1)
      report(`${path}.balance`, "parity", "rendezvous or host: parity knows no weights, and these differ");
    if (proxies !== undefined && chosen.length === 0)
      report(`${path}.proxies`, proxies, "at least one proxy with a weight above 0");
  }
}

const profileRow = ({ balance, proxies }: WpadSettings["profiles"][number], index: number) => ({
  path: itemPath("wpad.profiles", index),
  balance,
  proxies,
});

function checkProfiles(wpad: WpadSettings, report: Report): void {
  const known = new Set(wpad.proxies.map(({ name }) => name));
  for (const [index, profile] of wpad.profiles.entries()) {
    const path = itemPath("wpad.profiles", index);
    const earlier = wpad.profiles.findIndex(({ name }) => name === profile.name);
    if (earlier < index) report(`${path}.name`, profile.name, `a name other than wpad.profiles[${earlier}]`);
    checkNetworks(`${path}.networks`, profile.networks, report);
    checkNetworks(`${path}.directNetworks`, profile.directNetworks ?? [], report);
    checkRules(`${path}.rules`, profile.rules ?? [], known, report);
    for (const [at, name] of (profile.proxies ?? []).entries()) {
      if (!known.has(name))
        report(itemPath(`${path}.proxies`, at), name, "the name of a proxy of wpad.proxies");
    }
    for (const [at, text] of profile.networks.entries()) {
      const taken = wpad.profiles.slice(0, index).find((before) => covers(before.networks, text));
      if (taken !== undefined)
        report(
          itemPath(`${path}.networks`, at),
          text,
          `clients that profile ${taken.name} does not already have`,
        );
    }
  }
}

/** Whether one of the networks has all addresses of that one. */
function covers(networks: readonly string[], text: string): boolean {
  const inner = parseNetwork(text);
  return networks
    .map(parseNetwork)
    .some(
      (outer) =>
        inner !== null &&
        outer !== null &&
        outer.family === inner.family &&
        outer.first <= inner.first &&
        inner.last <= outer.last,
    );
}

const WILDCARDS: readonly string[] = ["0.0.0.0", "::"];

/** Whether the two would be one place for the kernel. */
const collide = (one: Settings["listen"][number], other: Settings["listen"][number]): boolean =>
  one.port !== 0 &&
  one.port === other.port &&
  (one.address === other.address || WILDCARDS.includes(one.address) || WILDCARDS.includes(other.address));

function checkServer({ wpad, listen }: Settings, report: Report): void {
  const seen = new Set<string>();
  for (const [index, { address: text, port }] of wpad.listen.entries()) {
    const address = parseIpAddress(text);
    const place = `${address === null ? text : formatIpAddress(address)} ${port}`;
    if (address === null) report(`wpad.listen[${index}].address`, text, ADDRESS);
    else if (port !== 0 && seen.has(place))
      report(itemPath("wpad.listen", index), `${text} port ${port}`, "an address and port that stands once");
    seen.add(place);
    const taken = listen.findIndex((each) => collide(each, { address: text, port }));
    if (taken >= 0)
      report(
        itemPath("wpad.listen", index),
        `${text} port ${port}`,
        `a place that ${itemPath("listen", taken)} does not have`,
      );
  }
  for (const [index, host] of wpad.hosts.entries()) {
    const bare = host.startsWith(".") ? host.slice(1) : host;
    if (parseIpAddress(host) === null && !isHostName(bare))
      report(
        itemPath("wpad.hosts", index),
        host,
        "a host name, an address, or a domain such as .example.com",
      );
  }
  checkNetworks("wpad.clientNetworks", wpad.clientNetworks, report);
  checkNetworks("wpad.directNetworks", wpad.directNetworks, report);
}

/** Only for settings without other faults: the scripts must be makeable. */
function checkSizes(wpad: WpadSettings, report: Report): void {
  for (const plan of plansOf(wpad)) {
    const bytes = scriptText(plan, clientOrder(plan, SAMPLE_CLIENT, ALL_WELL)).length;
    const index = wpad.profiles.findIndex(({ name }) => name === plan.profile);
    if (bytes > SCRIPT_BYTES_MAX)
      report(
        index < 0 ? "wpad.rules" : `${itemPath("wpad.profiles", index)}.rules`,
        `a script of ${bytes} bytes`,
        `fewer rules: browsers ignore scripts of more than ${SCRIPT_BYTES_MAX} bytes without a word`,
      );
  }
}

/** Every error of meaning; none while the server is off. */
export function checkWpadSettings(settings: Settings): readonly SettingsFault[] {
  const { wpad } = settings;
  if (!wpad.enabled) return [];
  const faults: SettingsFault[] = [];
  const report: Report = (path, found, expected) =>
    faults.push({ path, found: found === undefined ? "nothing" : showValue(found), expected });
  checkServer(settings, report);
  checkProxies(wpad, report);
  checkBalance(wpad, report);
  checkProfiles(wpad, report);
  checkRules("wpad.rules", wpad.rules, new Set(wpad.proxies.map(({ name }) => name)), report);
  if (faults.length === 0) checkSizes(wpad, report);
  return faults;
}

/** Whether what stands for the proxy of one unit is a floating address of the other. */
function isAwayFromHome(
  { unit, floatingHost }: WpadSettings["proxies"][number],
  { role, floatingAddresses }: Settings["redundancy"],
): boolean {
  const address = parseIpAddress(floatingHost ?? "");
  const floating = floatingAddresses.find((each) => {
    const parsed = parseIpAddress(each.address);
    return address !== null && parsed !== null && sameAddress(address, parsed);
  });
  return floating !== undefined && unit !== "other" && (floating.home === role) !== (unit === "this");
}

/** What is allowed and may surprise, each a sentence with its reason. */
export function wpadWarnings({ wpad, redundancy, listen }: Settings): readonly string[] {
  if (!wpad.enabled) return [];
  const { proxies } = wpad;
  const isOfPair = redundancy.enabled && wpad.listed === "floating";
  const listens = ({ unit, port }: WpadSettings["proxies"][number]): boolean =>
    unit !== "this" || listen.some((each) => each.port === port && !isIn(LOOPBACK, each.address));
  const found: readonly (readonly [boolean, string])[] = [
    [
      !proxies.every(listens),
      "wpad.proxies: the proxy of this unit does not listen on that port where browsers could reach it: see listen",
    ],
    [
      wpad.trailingDirect || wpad.profiles.some(({ trailingDirect }) => trailingDirect === true),
      "wpad.trailingDirect: when all proxies fail for a moment, browsers go around them: Chrome and Edge for 5 minutes, Firefox for 30, even when the proxies are well again; what only the proxies may reach fails for that long",
    ],
    [
      wpad.resolveNames,
      "wpad.resolveNames: every new host waits for a look-up in the browser, and a resolver that is slow stops all of its tabs",
    ],
    [
      proxies.some(({ scheme }) => scheme === "https"),
      "wpad.proxies: HTTPS proxies are known to Chrome, Edge and Firefox; what uses Windows' own functions (WinINet, WinHTTP) leaves them out of the list",
    ],
    [
      proxies.some(({ scheme, host }) => scheme === "https" && parseIpAddress(host) !== null),
      "wpad.proxies: an HTTPS proxy by its address needs a certificate for that address, which few have",
    ],
    [
      proxies.some(({ host }) => PLAIN_TEXT.test(host) && parseIpAddress(host) === null),
      "wpad.proxies: a host without a domain is found only by clients that search the domain it is in",
    ],
    [
      !redundancy.enabled && proxies.some(({ unit }) => unit === "peer"),
      "wpad.proxies: the state of the peer is not known while redundancy.enabled is false: its proxy keeps its place when it is dead",
    ],
    [
      wpad.listed === "real" && redundancy.enabled && !proxies.some(({ unit }) => unit === "peer"),
      'wpad.proxies: none says unit "peer": a dead peer keeps its place in the scripts',
    ],
    [
      isOfPair && redundancy.floatingAddresses.every(({ home }) => home === "active"),
      'wpad.listed: the floating addresses all have "home": "active", so that one unit serves all clients while both are well: give one of them "home": "standby"',
    ],
    [
      isOfPair && proxies.some((proxy) => isAwayFromHome(proxy, redundancy)),
      "wpad.proxies: a floatingHost is at home on the other unit than unit says: scripts put it last when the wrong unit is dead",
    ],
  ];
  return found.filter(([isSo]) => isSo).map(([, text]) => text);
}
