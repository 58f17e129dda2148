/** The pair of units. */
import type { Pair, PairGroup } from "#console/contract/pair.ts";
import type { HandlersOf } from "#console/server/handler.ts";
import { keepPairKey, makePairKey } from "#console/server/pair-keys.ts";
import { Refusal } from "#console/server/refusal.ts";
import { isoOf, type Services } from "#console/server/services.ts";
import type { PairGroupAnswer, PairStatusAnswer } from "#control/contract.ts";
import { watchesPair } from "#election/watches-pair.ts";

type Names = "pair.read" | "pair.handover" | "pair.announce" | "pair.maintenance" | "pair.keys.add";

export function pairRoutes(services: Services): HandlersOf<Names> {
  const { link } = services;
  return {
    "pair.read": () => pairState(services),
    "pair.handover": async ({ body: { address } }) => {
      await link.order({ command: "pair-handover", ...(address === undefined ? {} : { address }) });
      return { done: true };
    },
    "pair.announce": async () => {
      await link.order({ command: "pair-announce" });
      return { done: true };
    },
    "pair.maintenance": async ({ body: { on }, note }) => {
      note(on ? "begun" : "ended");
      await link.order({ command: on ? "pair-maintenance-on" : "pair-maintenance-off" });
      return { done: true };
    },
    "pair.keys.add": async ({ body: { key }, note }) => {
      const kept = key ?? makePairKey();
      const { keyFile: inUse } = services.desk.settings.redundancy;
      const keyFile = await keepPairKey(services.appliance.stateDir, kept, inUse).catch((error: Error) => {
        throw new Refusal("not-permitted-here", `cannot keep the key: ${error.message}`);
      });
      note(keyFile);
      return { keyFile, madeKey: key === undefined ? kept : null };
    },
  };
}

/** What the pair does, from this unit's side; also where there is none. */
export async function pairState({ desk, link, clock }: Services): Promise<Pair> {
  const { redundancy, console: own } = desk.settings;
  const { enabled, role, peerAddress, port, intervalMs, count, floatingAddresses } = redundancy;
  const answer = watchesPair(redundancy) ? await link.pairStatus() : null;
  return {
    enabled,
    role,
    peerAddress: peerAddress ?? null,
    port,
    intervalMs,
    count,
    floatingAddresses: floatingAddresses.map((each) => ({ ...each })),
    status: answer?.ok === true ? shownStatus(answer.value) : null,
    fault: answer?.ok === false ? answer.error : null,
    peerConsole: peerAddress === undefined ? null : consoleUrl(peerAddress, own.listen[0]?.port ?? 0),
    at: isoOf(clock.wallMs()),
  };
}

const shownStatus = (status: PairStatusAnswer): NonNullable<Pair["status"]> => ({
  unit: status.unit,
  pid: status.pid,
  ...shownGroup(status),
  paths: [...status.paths],
  sent: status.sent,
  received: status.received,
  lost: status.lost,
  late: status.late,
  drops: status.drops,
  heartbeat: status.heartbeat,
  second: status.second === null ? null : shownGroup(status.second),
});

const shownGroup = (group: PairGroupAnswer): PairGroup => ({
  floatingAddresses: [...group.floatingAddresses],
  own: group.own,
  peer: group.peer,
  warnings: [...group.warnings],
  connections: {
    here: group.connections.here,
    phase: group.connections.phase,
    onOtherUnit: group.connections.onOtherUnit,
    leftMs: group.connections.leftMs,
  },
});

const consoleUrl = (address: string, port: number): string =>
  `https://${address.includes(":") ? `[${address}]` : address}:${port}/`;
