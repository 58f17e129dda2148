import { authorityText } from "#http/authority.ts";
import { FieldList } from "#http/field-list.ts";
import { addClientFields } from "#http/forwarded.ts";
import { copyRequestFields } from "#http/hop-by-hop.ts";
import type { RequestHead } from "#http/message-head.ts";
import type { RequestTarget } from "#http/request-target.ts";
import { viaElement } from "#http/via.ts";
import type { Settings } from "#settings/schema.ts";
import type { UpstreamRequest } from "#transport/exchange.ts";

export type AbsoluteTarget = Extract<RequestTarget, { readonly form: "absolute" }>;

const DEFAULT_PORT = { http: 80, https: 443 } as const;

/** What the forwarding of one request needs to know beside its head. */
export interface ForwardingContext {
  readonly settings: Settings;
  readonly pseudonym: string;
  readonly clientAddress: string;
}

/**
 * The request that goes to the origin: nothing of the client's head is copied as bytes, Host is made
 * anew from the target (RFC 9112 section 3.2.2), Via is added (RFC 9110 section 7.6.3).
 */
export function forwardRequest(
  head: RequestHead,
  target: AbsoluteTarget,
  context: ForwardingContext,
): UpstreamRequest {
  const fields = new FieldList();
  fields.addLower("host", "Host", authorityText(target.authority, DEFAULT_PORT[target.scheme]));
  copyRequestFields(head.fields, fields);
  fields.addLower("via", "Via", viaElement(head.minorVersion, context.pseudonym));
  addClientFields(fields, context.clientAddress, context.settings.forwarding);
  countForward(head, fields);
  return {
    method: head.method,
    scheme: target.scheme,
    authority: target.authority,
    path: serverWideOptions(head, target) ? "*" : target.path,
    fields,
    framing: head.framing,
    expectContinue:
      head.minorVersion === 1 && head.framing.kind !== "none" && head.fields.get("expect") !== undefined,
    upgrade: upgradeProtocol(head, context.settings.requests.upgradeProtocols),
  };
}

/** RFC 9112 section 3.2.4: OPTIONS for a URI with neither path nor query becomes "*" at the last proxy. */
const serverWideOptions = (head: RequestHead, target: AbsoluteTarget): boolean =>
  head.method === "OPTIONS" && target.path === "/" && !head.rawTarget.endsWith("/");

/**
 * How many more proxies OPTIONS or TRACE may pass (RFC 9110 section 7.6.2); null when there is no limit.
 * At 0 this unit is the one that answers.
 */
export function forwardsLeft(head: RequestHead): number | null {
  if (head.method !== "OPTIONS" && head.method !== "TRACE") return null;
  const value = head.fields.get("max-forwards");
  return value === undefined || !/^[0-9]{1,9}$/.test(value) ? null : Number(value);
}

function countForward(head: RequestHead, fields: FieldList): void {
  const left = forwardsLeft(head);
  if (left === null) return;
  fields.remove("max-forwards");
  fields.addLower("max-forwards", "Max-Forwards", String(left - 1));
}

/** The first protocol of Upgrade that the settings allow, when Connection names Upgrade as well. */
function upgradeProtocol(head: RequestHead, allowed: readonly string[]): string | null {
  const upgrade = head.fields.combined("upgrade");
  if (upgrade === undefined || head.minorVersion === 0 || head.framing.kind !== "none") return null;
  const named = (head.fields.combined("connection") ?? "").toLowerCase().split(",");
  if (!named.some((option) => option.trim() === "upgrade")) return null;
  const offered = upgrade.split(",").map((protocol) => protocol.trim().toLowerCase());
  return allowed.find((protocol) => offered.includes(protocol.toLowerCase())) ?? null;
}
