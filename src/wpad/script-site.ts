/** What is answered to whom: the rules of the WPAD server, without its connections. */
import { listedTags, matchesWeakly } from "#caching/entity-tag.ts";
import { parseAuthority } from "#http/authority.ts";
import type { RequestHead } from "#http/message-head.ts";
import type { UnitStates } from "#pac/client-order.ts";
import { clientAddress, compileClientNetworks } from "#policy/client-networks.ts";
import { formatIpAddress, parseIpAddress } from "#policy/ip-address.ts";
import type { Settings } from "#settings/schema.ts";
import { type Answer, plainAnswer } from "./answer.ts";
import { ScriptTable } from "./script-table.ts";

/** Nobody learns from it whether the name, the client or the path was wrong. */
const NOT_FOUND = plainAnswer(404, "There is nothing here.");
const METHOD_NOT_ALLOWED = plainAnswer(405, "Only GET and HEAD are answered here.", { Allow: "GET, HEAD" });

/** /wpad.dat and /proxy.pac, perhaps below a profile's name; a query means nothing. */
const SCRIPT_PATH = /^(?:\/([A-Za-z0-9._-]{1,64}))?\/(?:wpad\.dat|proxy\.pac)(?:\?|$)/;
const DEFAULT_PORT = 80;

export interface SiteCounts {
  readonly requests: number;
  readonly scripts: number;
  readonly notModified: number;
  readonly notFound: number;
}

/** A host text as hosts are compared: without the final dot, addresses in their one form. */
function hostText(host: string): string {
  const address = parseIpAddress(host);
  if (address !== null) return formatIpAddress(address);
  return host.endsWith(".") ? host.slice(0, -1) : host;
}

export class ScriptSite {
  readonly #table: ScriptTable;
  readonly #isAllowed: (address: string) => boolean;
  readonly #hosts: ReadonlySet<string>;
  readonly #domains: readonly string[];
  #ownAddresses: ReadonlySet<string> = new Set();
  readonly #counts = { requests: 0, scripts: 0, notModified: 0, notFound: 0 };

  /** For settings that have passed their checks. `before`: the site of the settings before, whose counts go on. */
  constructor({ wpad, clients, redundancy }: Settings, before: ScriptSite | null = null) {
    this.#table = new ScriptTable(wpad);
    const networks = wpad.clientNetworks.length > 0 ? wpad.clientNetworks : clients.allowedNetworks;
    this.#isAllowed = compileClientNetworks(networks);
    const floating = redundancy.enabled ? redundancy.floatingAddresses.map(({ address }) => address) : [];
    const listening = wpad.listen.map(({ address }) => address);
    const names = wpad.hosts.map((host) => host.toLowerCase());
    this.#domains = names.filter((host) => host.startsWith("."));
    this.#hosts = new Set([...names, ...floating, ...listening].map(hostText));
    if (before !== null) this.#counts = before.#counts;
  }

  get counts(): SiteCounts & { readonly ready: number } {
    return { ...this.#counts, ready: this.#table.size };
  }

  /** From now on scripts are for these states. */
  setStates(states: UnitStates): void {
    this.#table.setStates(states);
  }

  /** The addresses that this machine has now: each is a Host that is answered. */
  setOwnAddresses(addresses: readonly string[]): void {
    this.#ownAddresses = new Set(addresses.map(hostText));
  }

  /** The answer to a request of a client at that address. */
  answer(head: RequestHead, remoteAddress: string): Answer {
    this.#counts.requests += 1;
    const client = clientAddress(remoteAddress);
    if (!this.#isServed(head) || !this.#isAllowed(client)) return this.#notFound();
    const { target, method } = head;
    const path = target.form === "origin" || target.form === "absolute" ? target.path : "";
    const match = SCRIPT_PATH.exec(path);
    const script = match === null ? null : this.#table.find(client, match[1] ?? null);
    if (script === null) return this.#notFound();
    if (method !== "GET" && method !== "HEAD") return METHOD_NOT_ALLOWED;
    if (hasTag(head.fields.combined("if-none-match"), script.tag)) {
      this.#counts.notModified += 1;
      return script.notModified;
    }
    this.#counts.scripts += 1;
    return script.whole;
  }

  #notFound(): Answer {
    this.#counts.notFound += 1;
    return NOT_FOUND;
  }

  /** The name in an absolute target wins over Host (RFC 9112 section 3.2.2). Any port will do. */
  #isServed({ target, fields }: RequestHead): boolean {
    const authority =
      target.form === "absolute" ? target.authority : parseAuthority(fields.get("host") ?? "", DEFAULT_PORT);
    if (authority === null) return false;
    const host = hostText(authority.host);
    return (
      this.#hosts.has(host) ||
      this.#ownAddresses.has(host) ||
      this.#domains.some((domain) => host.endsWith(domain) || host === domain.slice(1))
    );
  }
}

function hasTag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = listedTags(ifNoneMatch);
  return tags === null || tags.some((each) => matchesWeakly(each, tag));
}
