/** An alert in the language of the pages; the unit's own sentence where there is no other. */
import type { Alert } from "#console/contract/host.ts";
import { language, say } from "#console/ui/i18n/language.ts";
import { PAIR_WARNINGS } from "#console/ui/shell/pair-warnings.ts";

export function alertText({ code, message }: Alert): string {
  const known = PAIR_WARNINGS[code.replace(/^pair\./, "")];
  if (known === undefined) return message;
  return language.value === "ja" ? known[0] : say(known);
}
