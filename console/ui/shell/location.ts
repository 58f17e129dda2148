/** Where the browser is, and the guard that keeps it there while a form has changes. */
import { computed, signal } from "@preact/signals";
import { parseRoute } from "./route.ts";

const hash = signal(window.location.hash);

export const route = computed(() => parseRoute(hash.value));

/** Asks before a form with changes is left; null where nothing would be lost. */
export const leaveGuard = signal<(() => Promise<boolean>) | null>(null);

/** The guard asks in its own time; until then the address is put back. */
async function guardedChange(): Promise<void> {
  const wanted = window.location.hash;
  const ask = leaveGuard.value;
  if (wanted === hash.value) return;
  if (ask === null) {
    hash.value = wanted;
    return;
  }
  history.replaceState(null, "", hash.value === "" ? "#/" : hash.value);
  if (!(await ask())) return;
  leaveGuard.value = null;
  window.location.hash = wanted;
}

window.addEventListener("hashchange", () => void guardedChange());
// The browser asks in its own words when the window itself is closed.
window.addEventListener("beforeunload", (event) => {
  if (leaveGuard.value !== null) event.preventDefault();
});

/** Goes to a place of the console. */
export function goTo(target: string): void {
  window.location.hash = target;
}
