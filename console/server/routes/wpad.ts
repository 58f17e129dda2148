/** The WPAD server: its state, its script as this browser gets it, lint, and the evaluator. */
import type { Wpad, WpadAnswer } from "#console/contract/wpad.ts";
import type { HandlersOf } from "#console/server/handler.ts";
import { Refusal } from "#console/server/refusal.ts";
import type { Services } from "#console/server/services.ts";
import type { StatusAnswer } from "#control/contract.ts";
import { askedUrl } from "#pac/asked-url.ts";
import { BALANCE_WORDS, ruleWords } from "#pac/cause-words.ts";
import { ALL_WELL, clientOrder, type UnitState, type UnitStates } from "#pac/client-order.ts";
import { type Evaluation, evaluate } from "#pac/evaluate.ts";
import { lintScript } from "#pac/lint-script.ts";
import { planFor, plansOf } from "#pac/plan.ts";
import { publishFacts } from "#pac/publish.ts";
import { scriptText } from "#pac/script-text.ts";
import { formatIpAddress, parseIpAddress, unmapped } from "#policy/ip-address.ts";
import type { Settings } from "#settings/schema.ts";

export function wpadRoutes(services: Services): HandlersOf<"wpad.read" | "wpad.evaluate"> {
  return {
    "wpad.read": ({ who }) => wpadState(services, who.address),
    "wpad.evaluate": async ({ body }) => {
      const address = parseIpAddress(body.clientAddress);
      if (address === null) throw new Refusal("bad-request", `${body.clientAddress} is no IP address`);
      return answer(services, body.url, formatIpAddress(unmapped(address)));
    },
  };
}

type Told = StatusAnswer["wpad"];

const statesOf = (told: Told): UnitStates =>
  told === null ? ALL_WELL : { this: told.thisUnit as UnitState, peer: told.peerUnit as UnitState };

async function toldByUnit({
  link,
}: Services): Promise<{ readonly told: Told; readonly fault: string | null }> {
  const status = await link.status();
  return status.ok ? { told: status.value.wpad, fault: null } : { told: null, fault: status.error };
}

const SHOWN_STATE: Readonly<Record<UnitState, Wpad["units"][number]["state"]>> = {
  well: "up",
  draining: "draining",
  dead: "down",
  unknown: "unknown",
};

async function wpadState(services: Services, client: string): Promise<Wpad> {
  const { wpad } = services.desk.settings;
  const { told, fault } = await toldByUnit(services);
  const states = statesOf(told);
  const plan = planFor(plansOf(wpad), client);
  const order = clientOrder(plan, client, states);
  const script = wpad.proxies.length === 0 ? null : scriptText(plan, order);
  return {
    enabled: wpad.enabled,
    state: fault !== null ? "unreachable" : !wpad.enabled ? "off" : told === null ? "stopped" : "serving",
    fault,
    listening: [...(told?.listening ?? [])],
    requests: told?.requests ?? 0,
    urls: urlsOf(services.desk.settings),
    script,
    lint: lintScript(script ?? "").flatMap(({ level, line, text }) =>
      script === null ? [] : [{ level, line: line === 0 ? null : line, message: text }],
    ),
    units: [...order.first, ...order.last].map(({ name, unit }) => ({
      proxy: name,
      state: unit === "other" ? "unknown" : SHOWN_STATE[states[unit]],
    })),
  };
}

/** Where browsers find it: what DHCP would say, and by name. */
function urlsOf(settings: Settings): string[] {
  const facts = publishFacts(settings);
  const named = settings.wpad.hosts
    .filter((host) => !host.startsWith("."))
    .map((host) => `http://${host}/wpad.dat`);
  return [...(facts === null ? [] : [facts.url]), ...named];
}

async function answer(services: Services, text: string, client: string): Promise<WpadAnswer> {
  const { wpad } = services.desk.settings;
  if (wpad.proxies.length === 0) throw new Refusal("conflict", "no proxy is listed (wpad.proxies)");
  const asked = askedUrl(text);
  if (asked === null) throw new Refusal("bad-request", `${text} is no URL`);
  const { told } = await toldByUnit(services);
  const plan = planFor(plansOf(wpad), client);
  const order = clientOrder(plan, client, statesOf(told));
  const evaluation = evaluate(plan, order, asked.host, () => []);
  const profile = plan.profile === null ? "" : `profile ${plan.profile}: `;
  const last = order.last.map(({ name }) => `; ${name} is last, because its unit is not well`).join("");
  return { result: evaluation.route, reason: `${profile}${causeWords(evaluation)}${last}` };
}

function causeWords({ cause }: Evaluation): string {
  return cause.kind === "rule"
    ? `rule ${cause.index + 1}: ${ruleWords(cause.rule)}`
    : `no rule is for the host: the proxies ${BALANCE_WORDS[cause.by]}`;
}
