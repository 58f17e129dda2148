import type { FieldList } from "./field-list.ts";

/** What to do with a field that tells origins about clients: leave it, add to it, or remove it. */
export type ClientFieldMode = "off" | "append" | "delete";

/** The `forwarding` part of the settings. */
export interface ClientFieldSettings {
  readonly xForwardedFor: ClientFieldMode;
  readonly forwarded: ClientFieldMode;
}

/**
 * Adds the client's address to X-Forwarded-For and Forwarded (RFC 7239) of an outgoing request, or
 * removes the fields, as the settings say. `fields` already has the lines that arrived.
 * `clientAddress` is an IPv4 or IPv6 address without brackets. Clients speak plain http to us, so proto
 * is http; `by` is left out: it would tell every origin the inside of this network.
 */
export function addClientFields(
  fields: FieldList,
  clientAddress: string,
  settings: ClientFieldSettings,
): void {
  if (settings.xForwardedFor !== "off")
    rewrite(
      fields,
      "X-Forwarded-For",
      settings.xForwardedFor === "append" ? plainAddress(clientAddress) : null,
    );
  if (settings.forwarded !== "off")
    rewrite(fields, "Forwarded", settings.forwarded === "append" ? forwardedElement(clientAddress) : null);
}

/** One line with all elements: many readers look at one line only. `element` null removes the field. */
function rewrite(fields: FieldList, name: string, element: string | null): void {
  const lowerName = name.toLowerCase();
  const before = fields.combined(lowerName);
  fields.remove(lowerName);
  if (element === null) return;
  fields.addLower(lowerName, name, before === undefined || before === "" ? element : `${before}, ${element}`);
}

/** RFC 7239 section 6: an IPv6 address stands in brackets, and so (it has colons) in quotes. */
function forwardedElement(clientAddress: string): string {
  const address = plainAddress(clientAddress);
  return address.includes(":") ? `for="[${address}]";proto=http` : `for=${address};proto=http`;
}

/** Without a zone, which means nothing elsewhere, and as IPv4 when it is an IPv4-mapped address. */
function plainAddress(address: string): string {
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address);
  return mapped?.[1] ?? (address.split("%")[0] as string);
}
