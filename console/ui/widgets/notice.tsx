/** Something that the administrator should know on this page. */
import type { ComponentChildren } from "preact";
import { Icon } from "./icon.tsx";
import type { Tone } from "./state-badge.tsx";

interface NoticeProps {
  readonly tone: Tone;
  /** Read out at once: for what the administrator has just caused. */
  readonly urgent?: boolean;
  readonly children: ComponentChildren;
}

export function Notice({ tone, urgent = false, children }: NoticeProps) {
  return (
    <div class={`notice ${tone}`} role={urgent ? "alert" : "note"}>
      <Icon name={tone} />
      <div class="notice-body">{children}</div>
    </div>
  );
}
