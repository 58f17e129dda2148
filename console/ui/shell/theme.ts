/** Light or dark: as the system says, unless the administrator chose. */
import { signal } from "@preact/signals";

export type ThemeChoice = "system" | "light" | "dark";

const STORAGE_KEY = "futago.theme";
const systemDark = window.matchMedia("(prefers-color-scheme: dark)");
const stored = localStorage.getItem(STORAGE_KEY);

export const themeChoice = signal<ThemeChoice>(stored === "light" || stored === "dark" ? stored : "system");

/** What is drawn now. */
export const theme = signal<"light" | "dark">("light");

function draw(): void {
  const choice = themeChoice.value;
  theme.value = choice === "system" ? (systemDark.matches ? "dark" : "light") : choice;
  document.documentElement.dataset["theme"] = theme.value;
}

export function setTheme(choice: ThemeChoice): void {
  themeChoice.value = choice;
  localStorage.setItem(STORAGE_KEY, choice);
  draw();
}

systemDark.addEventListener("change", draw);
draw();
