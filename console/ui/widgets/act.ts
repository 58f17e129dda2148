/** Does what a button says and tells how it went. */
import type { Outcome } from "#base/outcome.ts";
import type { Trouble } from "#console/ui/api/client.ts";
import { troubleText } from "#console/ui/api/trouble.ts";
import { language } from "#console/ui/i18n/language.ts";
import { toast } from "./toast.tsx";

/** The value, or null after the failure has been told. */
export async function act<T>(doing: Promise<Outcome<T, Trouble>>, done?: string): Promise<T | null> {
  const outcome = await doing;
  if (!outcome.ok) {
    toast("fault", troubleText(outcome.error, language.value));
    return null;
  }
  if (done !== undefined) toast("active", done);
  return outcome.value;
}
