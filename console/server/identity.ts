/** Who asks: a person with a session, a program with a token, the unit's own command line, or nobody. */
import type { Access, Role } from "#console/contract/endpoints.ts";
import { ROLES } from "#console/contract/endpoints.ts";
import type { OpenSession } from "./sessions.ts";

export type Identity =
  | { readonly kind: "local"; readonly address: string; readonly role: Role }
  | { readonly kind: "nobody"; readonly address: string }
  | {
      readonly kind: "person";
      readonly address: string;
      readonly user: string;
      readonly role: Role;
      readonly session: OpenSession;
      readonly mustChangePassword: boolean;
    }
  | { readonly kind: "program"; readonly address: string; readonly token: string; readonly role: Role };

/** Whether somebody with that role may use what needs `needed`. */
export const mayUse = (role: Access, needed: Access): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);

/** For the audit log and as the author of changes. */
export function nameOf(who: Identity): string {
  if (who.kind === "person") return who.user;
  if (who.kind === "local") return "command line";
  return who.kind === "program" ? `token:${who.token}` : "nobody";
}
