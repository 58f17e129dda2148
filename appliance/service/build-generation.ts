/**
 * Settings into a generation: policy, resolver, connector and upstream, wired together. What the new
 * settings leave as it was is shared with the generation before, with its caches and kept connections.
 */
import { readFile } from "node:fs/promises";
import type { Clock } from "#base/clock.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { remember } from "#base/remember.ts";
import type { Authority } from "#http/authority.ts";
import type { Counters } from "#http/counters.ts";
import { viaPseudonym } from "#http/via.ts";
import { compileClientNetworks } from "#policy/client-networks.ts";
import { classifyHost } from "#policy/host-literal.ts";
import { parseParentUrl } from "#policy/parents.ts";
import { compilePorts } from "#policy/ports.ts";
import type { Generation } from "#proxy/generation.ts";
import { createResolver, type RunningResolver } from "#resolver/resolver.ts";
import { changedSections } from "#settings/difference.ts";
import type { Settings } from "#settings/schema.ts";
import { createConnectors } from "#socket/connect.ts";
import { wireFromSocket } from "#socket/net-wire.ts";
import type { TransportFailure } from "#transport/resolve.ts";
import type { ParentConfig } from "#upstream/parent.ts";
import { createUpstream, type Upstream } from "#upstream/route.ts";
import type { OwnAddresses } from "./own-addresses.ts";
import { SharedPart } from "./shared-part.ts";

/** What generations are built from beside the settings. */
export interface GenerationContext {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly own: OwnAddresses;
  /** The unit's token in Via, the same in all its workers. */
  readonly instance: string;
}

/** A generation and the parts that the next one may share. */
export interface BuiltGeneration {
  readonly generation: Generation;
  readonly resolver: SharedPart<RunningResolver>;
  readonly upstream: SharedPart<Upstream>;
}

/** The sections that the way to servers is made from; `requests` and `clients` are judged before it. */
const UPSTREAM_SECTIONS: readonly (keyof Settings)[] = [
  "upstream",
  "egress",
  "parents",
  "parentPolicy",
  "dns",
  "limits",
  "metrics",
];

/** Builds the generation of `settings`; a file that they name and that cannot be read is a failure. */
export async function buildGeneration(
  settings: Settings,
  before: BuiltGeneration | null,
  context: GenerationContext,
): Promise<Outcome<BuiltGeneration, string>> {
  const changed = before === null ? null : changedSections(before.generation.settings, settings);
  const isShared = (sections: readonly (keyof Settings)[]): boolean =>
    changed !== null && !sections.some((section) => changed.includes(section));
  const resolver = before !== null && isShared(["dns"]) ? before.resolver : newResolver(settings, context);
  let upstream = before?.upstream;
  if (upstream === undefined || !isShared(UPSTREAM_SECTIONS)) {
    const made = await newUpstream(settings, resolver.value, context);
    if (!made.ok) {
      if (resolver !== before?.resolver) resolver.value.close();
      return made;
    }
    upstream = made.value;
  }
  return success({ generation: generationOf(settings, { resolver, upstream }, context), resolver, upstream });
}

function generationOf(
  settings: Settings,
  parts: Omit<BuiltGeneration, "generation">,
  context: GenerationContext,
): Generation {
  const resolver = parts.resolver.hold();
  const upstream = parts.upstream.hold();
  const { methods, ports } = settings.requests;
  const allowedMethods = new Set(methods);
  return {
    settings,
    pseudonym: viaPseudonym(settings.unit.name, context.instance),
    clientAllowed: remember(compileClientNetworks(settings.clients.allowedNetworks)),
    methodAllowed: allowedMethods.has("*") ? () => true : (method) => allowedMethods.has(method),
    requestPortAllowed: compilePorts(ports),
    connectPortAllowed: compilePorts(settings.connect.ports),
    fetch: upstream.value.fetch,
    openTunnel: upstream.value.openTunnel,
    dispose: () => {
      upstream.release();
      resolver.release();
    },
  };
}

function newResolver(settings: Settings, { clock }: GenerationContext): SharedPart<RunningResolver> {
  const resolver = createResolver(settings.dns, { clock });
  return new SharedPart(resolver, () => resolver.close());
}

async function newUpstream(
  settings: Settings,
  resolver: RunningResolver,
  { clock, counters, own }: GenerationContext,
): Promise<Outcome<SharedPart<Upstream>, string>> {
  const ca = await readOptional(settings.upstream.caFile, "upstream.caFile");
  if (!ca.ok) return ca;
  const parents = await parentConfigs(settings.parents);
  if (!parents.ok) return parents;
  const policy = own.policyFor(settings);
  const { sourceAddressV4, sourceAddressV6, connectTimeoutMs, happyEyeballsDelayMs } = settings.upstream;
  const common = {
    resolve: resolver.resolve,
    connectTimeoutMs,
    happyEyeballsDelayMs,
    onOpen: () => {
      counters.add("upstream_connections");
      counters.add("upstream_connections_open");
    },
    onClose: () => counters.add("upstream_connections_open", -1),
    ...(sourceAddressV4 === undefined ? {} : { sourceAddressV4 }),
    ...(sourceAddressV6 === undefined ? {} : { sourceAddressV6 }),
    ...(ca.value === null ? {} : { ca: ca.value }),
  };
  const direct = createConnectors({ ...common, checkAddress: policy.check });
  // The administrator named the parents: their addresses may be private.
  const toParents = createConnectors({ ...common, checkAddress: () => ({ allowed: true, why: "" }) });
  const upstream = createUpstream({
    clock,
    counters,
    settings,
    parents: parents.value,
    connectDirect: direct.connect,
    connectSocket: direct.connectSocket,
    connectParent: toParents.connect,
    connectParentSocket: toParents.connectSocket,
    wrapSocket: wireFromSocket,
    startTls: toParents.startTls,
    checkTarget: (authority) => refusedLiteral(authority, policy.check),
  });
  return success(new SharedPart(upstream, () => upstream.close()));
}

/** A target that spells an address is judged before it goes to a parent; a name is the parent's to resolve. */
function refusedLiteral(
  authority: Authority,
  check: (address: string, port: number) => { readonly allowed: boolean; readonly why: string },
): TransportFailure | null {
  const host = classifyHost(authority.host);
  if (host.kind === "name") return null;
  if (host.kind === "refused") return { reason: "egress-refused", detail: host.why };
  const verdict = check(host.address, authority.port);
  return verdict.allowed ? null : { reason: "egress-refused", detail: verdict.why };
}

async function parentConfigs(
  parents: Settings["parents"],
): Promise<Outcome<readonly ParentConfig[], string>> {
  const configs: ParentConfig[] = [];
  for (const { name, url, domains, username, passwordFile } of parents) {
    const endpoint = parseParentUrl(url);
    if (endpoint === null)
      return failure(`parents: ${name}: found ${url}, expected http://host:port or https://host:port`);
    const password = await readOptional(passwordFile, `parents: ${name}: passwordFile`);
    if (!password.ok) return password;
    configs.push({
      name,
      authority: endpoint.authority,
      secure: endpoint.secure,
      domains,
      credentials: username === undefined ? null : { username, password: (password.value ?? "").trimEnd() },
    });
  }
  return success(configs);
}

/** The text of a file that a setting names; null when it names none. */
async function readOptional(
  path: string | undefined,
  setting: string,
): Promise<Outcome<string | null, string>> {
  if (path === undefined) return success(null);
  try {
    return success(await readFile(path, "utf8"));
  } catch (error) {
    const { code = "EUNKNOWN" } = error as NodeJS.ErrnoException;
    return failure(`${setting}: found ${path}, which cannot be read (${code}), expected a readable file`);
  }
}
