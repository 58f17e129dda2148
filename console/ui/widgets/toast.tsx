/** Short news of what has just been done. Failures stay until they are closed. */
import { signal } from "@preact/signals";
import { say } from "#console/ui/i18n/language.ts";
import { Icon } from "./icon.tsx";

interface ToastItem {
  readonly id: number;
  readonly tone: "active" | "fault" | "caution";
  readonly text: string;
}

const SHOWN_MS = 6_000;
const TOASTS_MAX = 4;

const toasts = signal<readonly ToastItem[]>([]);
let lastId = 0;

export function toast(tone: ToastItem["tone"], text: string): void {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value, { id, tone, text }].slice(-TOASTS_MAX);
  if (tone === "active") setTimeout(() => close(id), SHOWN_MS);
}

const close = (id: number): void => {
  toasts.value = toasts.value.filter((item) => item.id !== id);
};

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, tone, text }) => (
        <div key={id} class={`notice toast ${tone}`}>
          <Icon name={tone} />
          <div class="notice-body">{text}</div>
          <button type="button" class="copy" aria-label={say(["閉じる", "Close"])} onClick={() => close(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
