/** Which settings both units of a pair may have alike, and which are one unit's own. */
import type { Settings } from "./schema.ts";

/** Settings of this unit only: whole sections, or members of them. All others may be shared. */
const UNIT_ONLY = [
  "unit",
  "listen",
  "upstream.sourceAddressV4",
  "upstream.sourceAddressV6",
  "redundancy.enabled",
  "redundancy.role",
  "redundancy.peerAddress",
  "redundancy.secondPeerAddress",
  "redundancy.keyFile",
  "control",
  "wpad.listen",
  "metrics",
  "console",
  "network",
] as const;

export type Scope = "shared" | "unit";

/** The scope of the setting at `path`, in the form of the reference: `upstream.sourceAddressV4`. */
export function scopeOf(path: string): Scope {
  const isOwn = UNIT_ONLY.some(
    (own) => path === own || path.startsWith(`${own}.`) || path.startsWith(`${own}[`),
  );
  return isOwn ? "unit" : "shared";
}

/** The shared members by section; sections that are this unit's only are left out. */
export function sharedSections(settings: Settings): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([section]) => scopeOf(section) === "shared")
      .map(([section, value]) => [section, sharedPart(section, value)]),
  );
}

function sharedPart(section: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([key]) => scopeOf(`${section}.${key}`) === "shared");
  return Object.fromEntries(members);
}

/** `own` with the shared members of `sections` taken from `shared`; the result is not checked. */
export function withShared(
  own: Settings,
  shared: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(own).map(([section, value]) => {
      if (!Object.hasOwn(shared, section) || scopeOf(section) === "unit") return [section, value];
      return [section, merged(section, value, shared[section])];
    }),
  );
}

function merged(section: string, own: unknown, shared: unknown): unknown {
  if (typeof shared !== "object" || shared === null || Array.isArray(shared)) return shared;
  const kept = Object.entries(own as object).filter(([key]) => scopeOf(`${section}.${key}`) === "unit");
  return { ...(sharedPart(section, shared) as object), ...Object.fromEntries(kept) };
}
