/** Each decision about a request, in the order in which the proxy makes them, in words. */
import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import type { Explanation } from "#console/contract/cache.ts";
import type { BodyOf } from "#console/contract/routes.ts";
import type { HandlersOf } from "#console/server/handler.ts";
import { explainPast } from "#console/server/past-request.ts";
import { Refusal } from "#console/server/refusal.ts";
import type { Services } from "#console/server/services.ts";
import type { Authority } from "#http/authority.ts";
import { parseRequestTarget, type RequestTarget } from "#http/request-target.ts";
import { compileClientNetworks } from "#policy/client-networks.ts";
import { compileEgress, type EgressPolicy } from "#policy/egress.ts";
import { classifyHost } from "#policy/host-literal.ts";
import { parentsFor } from "#policy/parents.ts";
import { compilePorts } from "#policy/ports.ts";
import type { Settings } from "#settings/schema.ts";

type Step = Explanation["steps"][number];
type Question = BodyOf<"explain.url">;

export function explainRoutes(services: Services): HandlersOf<"explain.url" | "explain.request"> {
  return {
    "explain.url": ({ body }) => explain(services, body),
    "explain.request": ({ params }) => explainPast(services.logs, params.request),
  };
}

const step = (
  name: Step["step"],
  verdict: Step["verdict"],
  text: string,
  setting: string | null = null,
): Step => ({
  step: name,
  verdict,
  text,
  setting,
  japanese: null,
});

async function explain(services: Services, question: Question): Promise<Explanation> {
  const { settings } = services.desk;
  const method = question.method ?? "GET";
  if (question.url === undefined) throw new Refusal("bad-request", "a URL is needed");
  const target = parseRequestTarget(method, question.url);
  const place = placeOf(target);
  if (place === null)
    throw new Refusal("bad-request", `${question.url} is no http or https URL, and no host:port for CONNECT`);
  const steps: Step[] = [step("request", "note", `${method} ${question.url}`)];
  const done = (outcome: Explanation["outcome"], last: string | null = null): Explanation => ({
    url: question.url ?? "",
    outcome,
    steps,
    last,
  });
  const asked = [
    clientStep(settings, question.clientAddress),
    methodStep(settings, method),
    portStep(settings, method, place.port),
  ];
  steps.push(...asked);
  if (asked.some(({ verdict }) => verdict === "refuse")) return done("refused");
  let last: string | null = null;
  if (method === "GET") {
    const cached = await cacheStep(services, question);
    last = cached.last;
    steps.push(cached.step);
    if (cached.step.verdict === "hit") return done("hit", last);
  }
  return wayOut(services, place, { steps, done: (outcome) => done(outcome, last) });
}

function placeOf(target: RequestTarget | string): Authority | null {
  if (typeof target !== "object") return null;
  return target.form === "absolute" || target.form === "authority" ? target.authority : null;
}

/** To a parent, or to addresses that the egress policy judges. */
async function wayOut(
  services: Services,
  place: Authority,
  {
    steps,
    done,
  }: { readonly steps: Step[]; readonly done: (outcome: Explanation["outcome"]) => Explanation },
): Promise<Explanation> {
  const { settings } = services.desk;
  const policy = egressOf(settings);
  const host = classifyHost(place.host);
  if (host.kind === "refused") {
    steps.push(step("egress", "refuse", host.why, "egress"));
    return done("refused");
  }
  if (host.kind !== "name") {
    const literal = egressStep(policy, host.address, place.port);
    steps.push(literal);
    if (literal.verdict === "refuse") return done("refused");
  }
  const parents = parentsFor(place.host, settings.parents);
  if (parents.length > 0) {
    const names = parents.map(({ name }) => name).join(", ");
    steps.push(step("parent", "parent", `it goes through ${names}, tried in this order`, "parents"));
    return done("parent");
  }
  steps.push(
    step("parent", "direct", "no parent is set for this host: it goes to the origin itself", "parents"),
  );
  if (host.kind !== "name") return done("forwarded");
  const found = await lookup(place.host, { all: true }).catch(
    (error: NodeJS.ErrnoException) => error.code ?? "failed",
  );
  if (typeof found === "string") {
    steps.push(step("resolve", "refuse", `the name cannot be resolved: ${found}`, "dns"));
    return done("fails");
  }
  const addresses = found.map(({ address }) => address);
  steps.push(step("resolve", "pass", `${place.host} is ${addresses.join(", ")}`, "dns"));
  const verdicts = addresses.map((address) => egressStep(policy, address, place.port));
  steps.push(...verdicts);
  return done(verdicts.some(({ verdict }) => verdict === "pass") ? "forwarded" : "refused");
}

function clientStep({ clients }: Settings, address: string | undefined): Step {
  const networks = clients.allowedNetworks.join(", ");
  if (address === undefined)
    return step("client", "note", `clients from ${networks} are served`, "clients.allowedNetworks");
  return compileClientNetworks(clients.allowedNetworks)(address)
    ? step("client", "pass", `${address} is in ${networks}`, "clients.allowedNetworks")
    : step("client", "refuse", `${address} is in none of ${networks}`, "clients.allowedNetworks");
}

function methodStep({ requests }: Settings, method: string): Step {
  const isAllowed = requests.methods.includes("*") || requests.methods.includes(method);
  return isAllowed
    ? step("method", "pass", `${method} is allowed`, "requests.methods")
    : step("method", "refuse", `${method} is not among the allowed methods`, "requests.methods");
}

function portStep({ requests, connect }: Settings, method: string, port: number): Step {
  const isConnect = method === "CONNECT";
  const setting = isConnect ? "connect.ports" : "requests.ports";
  const ports = isConnect ? connect.ports : requests.ports;
  return compilePorts(ports)(port)
    ? step("port", "pass", `port ${port} is allowed`, setting)
    : step("port", "refuse", `port ${port} is not among ${ports.join(", ")}`, setting);
}

function egressOf(settings: Settings): EgressPolicy {
  const addresses = Object.values(networkInterfaces()).flatMap((each) =>
    (each ?? []).map(({ address }) => address),
  );
  return compileEgress(settings.egress, { addresses, listening: settings.listen });
}

function egressStep(policy: EgressPolicy, address: string, port: number): Step {
  const { allowed, rule, why } = policy.check(address, port);
  const setting = rule.startsWith("egress.") ? rule : "egress";
  return allowed
    ? step("egress", "pass", `connections to ${address} are allowed (${rule})`, setting)
    : step("egress", "refuse", `${why || address} (${rule})`, setting);
}

async function cacheStep(
  { link }: Services,
  { url = "", fields = [] }: Question,
): Promise<{ readonly step: Step; readonly last: string | null }> {
  const answer = await link.ask({
    command: "cache-inspect",
    url,
    fields: fields.map(([name, value]) => [name, value] as const),
  });
  if (!answer.ok) return { step: step("cache", "note", answer.error, "cache"), last: null };
  const { verdict, reason, last } = answer.value;
  const isHit = verdict === "hit" || verdict === "stale hit";
  return {
    step: step("cache", isHit ? "hit" : "miss", `${verdict}: ${reason}`, "cache"),
    last: last === null ? null : last.reason,
  };
}
