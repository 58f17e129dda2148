/** TCP ports from `first` to `last`, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const PORT_MAX = 65_535;
const RANGE = /^([0-9]{1,5})-([0-9]{1,5})$/;

/** Parses a port or a range such as "1025-65535"; null when it is empty or out of bounds. */
export function parsePortRange(entry: number | string): PortRange | null {
  const match = RANGE.exec(typeof entry === "number" ? `${entry}-${entry}` : entry);
  if (match === null) return null;
  const first = Number(match[1]);
  const last = Number(match[2]);
  return first >= 1 && first <= last && last <= PORT_MAX ? { first, last } : null;
}

/** Whether a port is in a list of ports and ranges. Malformed entries match nothing. */
export function compilePorts(entries: readonly (number | string)[]): (port: number) => boolean {
  const ranges = entries.map(parsePortRange).filter((range) => range !== null);
  return (port) => ranges.some((range) => range.first <= port && port <= range.last);
}
