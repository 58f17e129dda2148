/** The time of this browser once a second, for ages; one timer for all who look. */
import { signal } from "@preact/signals";

const TICK_MS = 1_000;

export const now = signal(Date.now());

setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, TICK_MS);
