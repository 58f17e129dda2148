/** Names for requests, for people who ask what became of one. */

export const REQUEST_SERIAL_MAX = 36 ** 4;

/**
 * When it began, the client's port, and the number that its worker gave it, each to the base of 36: no two requests
 * of a unit that began at one millisecond share the rest.
 */
export const requestId = (startedWallMs: number, clientPort: number, serial: number): string =>
  [Math.max(0, Math.floor(startedWallMs)), clientPort, serial].map((part) => part.toString(36)).join("-");

/** When the request of that name began, wall clock; null when it is no such name. */
export function requestIdTime(id: string): number | null {
  const [, time] = /^([0-9a-z]{1,9})-[0-9a-z]{1,4}-[0-9a-z]{1,4}$/.exec(id) ?? [];
  return time === undefined ? null : Number.parseInt(time, 36);
}
