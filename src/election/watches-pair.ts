import type { Settings } from "#settings/schema.ts";

/**
 * Whether there is a pair to watch. The manual turns redundancy on before a floating address exists: until there is
 * one, nothing could move, and two units would quarrel over nothing.
 */
export const watchesPair = ({ enabled, floatingAddresses }: Settings["redundancy"]): boolean =>
  enabled && floatingAddresses.length > 0;
