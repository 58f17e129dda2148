/** A button that says what it does; while that goes on it cannot be pressed again. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

interface ButtonProps {
  readonly onPress: () => void | Promise<void>;
  readonly look?: "primary" | "danger" | "quiet";
  readonly small?: boolean;
  readonly disabled?: boolean;
  readonly title?: string;
  readonly children: ComponentChildren;
}

export function Button({ onPress, look, small = false, disabled = false, title, children }: ButtonProps) {
  const [busy, setBusy] = useState(false);
  const press = async (): Promise<void> => {
    setBusy(true);
    try {
      await onPress();
    } finally {
      setBusy(false);
    }
  };
  const classes = ["button", look ?? "", small ? "small" : ""].filter((name) => name !== "").join(" ");
  return (
    <button
      type="button"
      class={classes}
      disabled={disabled || busy}
      title={title}
      onClick={() => void press()}
    >
      {children}
    </button>
  );
}
