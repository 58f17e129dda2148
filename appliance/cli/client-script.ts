/** What the `pac` commands share: the settings, the client that is asked about, and the script that it gets. */
import { loadSettings } from "#appliance/service/load-settings.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import {
  ALL_WELL,
  type ClientOrder,
  clientOrder,
  type UnitState,
  type UnitStates,
} from "#pac/client-order.ts";
import { type PacPlan, planFor, plansOf } from "#pac/plan.ts";
import { scriptText } from "#pac/script-text.ts";
import { formatIpAddress, parseIpAddress, unmapped } from "#policy/ip-address.ts";
import type { Settings } from "#settings/schema.ts";
import type { CommandArgs, CommandOption } from "./command.ts";
import {
  SETTINGS_OPTION,
  SOCKET_OPTION,
  STATE_OPTION,
  settingsPathOf,
  socketPathOf,
} from "./state-folder.ts";

export const CLIENT_OPTIONS: readonly CommandOption[] = [
  { name: "client", value: "ADDR", summary: "The client's address, as the unit sees it." },
  { name: "profile", value: "NAME", summary: "The profile; without it the one of the client's network." },
  STATE_OPTION,
  SETTINGS_OPTION,
  SOCKET_OPTION,
];

export interface ClientScript {
  readonly client: string;
  readonly plan: PacPlan;
  readonly order: ClientOrder;
  readonly states: UnitStates;
  readonly script: string;
}

/** The settings where scripts are served; faults as lines. */
export async function wpadSettings(args: CommandArgs): Promise<Outcome<Settings, readonly string[]>> {
  const loaded = await loadSettings(settingsPathOf(args));
  if (!loaded.ok || loaded.value.wpad.enabled) return loaded;
  return failure(["wpad.enabled: found false, expected true: this unit serves no scripts"]);
}

/** How the running unit sees the pair; all well where none runs. */
async function statesNow(args: CommandArgs): Promise<UnitStates> {
  const { callControl } = await import("#control/client.ts");
  const answer = await callControl(await socketPathOf(args), { command: "status" });
  const told = answer.ok ? answer.value.wpad : null;
  if (told === null) return ALL_WELL;
  return { this: told.thisUnit as UnitState, peer: told.peerUnit as UnitState };
}

/** The script that the client of the arguments gets now; the error is a sentence. */
export async function clientScript(
  args: CommandArgs,
  { wpad }: Settings,
): Promise<Outcome<ClientScript, string>> {
  const text = args.values.get("client") ?? "";
  const address = parseIpAddress(text);
  if (address === null)
    return failure(text === "" ? "--client ADDR is missing" : `"${text}" is no IP address`);
  const client = formatIpAddress(unmapped(address));
  const name = args.values.get("profile");
  const plans = plansOf(wpad);
  const plan = name === undefined ? planFor(plans, client) : plans.find(({ profile }) => profile === name);
  if (plan === undefined) return failure(`there is no profile "${name}"`);
  const states = await statesNow(args);
  const order = clientOrder(plan, client, states);
  return success({ client, plan, order, states, script: scriptText(plan, order) });
}
