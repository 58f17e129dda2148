/** The roles in words. */
import type { Role } from "#console/contract/endpoints.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";

export const ROLE_NAMES = {
  "read-only": ["参照のみ", "read-only"],
  operator: ["運用者", "operator"],
  administrator: ["管理者", "administrator"],
} as const satisfies Readonly<Record<Role, Phrase>>;
