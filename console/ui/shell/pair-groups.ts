/** What a unit does for all floating addresses together: those with the same home move by themselves. */
import type { PairGroup, PairStatus, PairWarningCode } from "#console/contract/pair.ts";

type Who = "own" | "peer";

export const groupsOf = (status: PairStatus | null): readonly PairGroup[] =>
  status === null ? [] : [status, ...(status.second === null ? [] : [status.second])];

/** The addresses that a unit holds, as this one knows. */
export const heldBy = (status: PairStatus | null, who: Who): readonly string[] =>
  groupsOf(status)
    .filter((group) => group[who]?.holds === true)
    .flatMap(({ floatingAddresses }) => floatingAddresses);

/** What a unit works as: active where it has any of the addresses; null when nothing is known of it. */
export const operationOf = (status: PairStatus | null, who: Who): PairGroup["own"]["operation"] | null => {
  const operations = groupsOf(status).map((group) => group[who]?.operation);
  return operations.find((operation) => operation === "active") ?? operations[0] ?? null;
};

/** Each warning once. */
export const pairWarningsOf = (status: PairStatus | null): readonly PairWarningCode[] => [
  ...new Set(groupsOf(status).flatMap(({ warnings }) => warnings)),
];
