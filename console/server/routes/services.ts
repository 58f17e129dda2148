/** The services: at the start of the unit, and now. */
import type { Service } from "#console/contract/proxy.ts";
import type { HandlersOf } from "#console/server/handler.ts";
import type { Services } from "#console/server/services.ts";
import { watchesPair } from "#election/watches-pair.ts";

type Names = "services.list" | "services.action";

export function serviceRoutes(services: Services): HandlersOf<Names> {
  return {
    "services.list": async () => ({ services: await servicesState(services) }),
    "services.action": async ({ params: { service }, body: { action }, note }) => {
      note(`${action} ${service}`);
      await services.link.order({ command: `service-${action}`, service });
      return { done: true };
    },
  };
}

type Row = Pick<Service, "service" | "setting"> & {
  readonly atStart: (settings: Services["desk"]["settings"]) => boolean | null;
  /** It cannot stop itself and be started again from the page. */
  readonly onlyRestart?: true;
};

const ROWS: readonly Row[] = [
  { service: "proxy", setting: null, atStart: () => null },
  {
    service: "heartbeat",
    setting: "redundancy.enabled",
    atStart: ({ redundancy }) => watchesPair(redundancy),
  },
  { service: "wpad", setting: "wpad.enabled", atStart: ({ wpad }) => wpad.enabled },
  {
    service: "console",
    setting: "console.enabled",
    atStart: (settings) => settings.console.enabled,
    onlyRestart: true,
  },
];

/** Every service with what the unit says of it, also of those that are off. */
export async function servicesState({ link, desk }: Services): Promise<Service[]> {
  const told = await link.services();
  const running = new Map((told.ok ? told.value.services : []).map((each) => [each.service, each]));
  return ROWS.map(({ service, setting, atStart, onlyRestart }) => {
    const now = running.get(service);
    const state = now?.state ?? "stopped";
    const actions: Service["actions"] = state === "stopped" ? ["start"] : ["restart", "stop"];
    return {
      service,
      setting,
      atStart: atStart(desk.settings),
      state,
      detail: told.ok ? (now?.detail ?? "turned off in the settings") : told.error,
      pid: now?.pid ?? null,
      sinceMs: now?.sinceMs ?? null,
      restarts: now?.restarts ?? 0,
      actions: now === undefined ? [] : onlyRestart === true ? ["restart"] : actions,
    };
  });
}
