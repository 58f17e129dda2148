/** A state as icon, word and colour together. */
import type { ComponentChildren } from "preact";
import { Icon } from "./icon.tsx";

export type Tone = "active" | "standby" | "caution" | "fault" | "unknown";

export function StateBadge({
  tone,
  children,
}: {
  readonly tone: Tone;
  readonly children: ComponentChildren;
}) {
  return (
    <span class={`badge ${tone}`}>
      <Icon name={tone} />
      <span>{children}</span>
    </span>
  );
}
