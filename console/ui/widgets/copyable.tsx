/** A value that is often wanted elsewhere, with a button that copies it. */
import { say } from "#console/ui/i18n/language.ts";
import { Icon } from "./icon.tsx";
import { toast } from "./toast.tsx";

export function Copyable({ text }: { readonly text: string }) {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      toast("active", say(["コピーしました。", "Copied."]));
    } catch {
      // Browsers give no clipboard to pages without TLS on another host.
      toast(
        "caution",
        say(["コピーできません。選択してコピーしてください。", "Cannot copy; select the text instead."]),
      );
    }
  };
  return (
    <span class="nowrap">
      <span class="mono">{text}</span>
      <button
        type="button"
        class="copy"
        aria-label={say(["{text} をコピー", "Copy {text}"], { text })}
        onClick={() => void copy()}
      >
        <Icon name="copy" />
      </button>
    </span>
  );
}
