/**
 * Questions on a native <dialog>: the browser keeps the focus in it, Escape closes it, and the focus goes
 * back where it was.
 */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { say } from "#console/ui/i18n/language.ts";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly large?: boolean;
  readonly buttons: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Dialog({ title, onClose, large = false, buttons, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={large ? "large" : ""}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="dialog-body">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
      <div class="dialog-buttons">{buttons}</div>
    </dialog>
  );
}

export interface Question {
  readonly title: string;
  /** What will happen, and whether it can be undone. */
  readonly consequence: string;
  /** What the button says: the deed, never "OK". */
  readonly action: string;
  readonly danger?: boolean;
}

const asked = signal<{ readonly question: Question; readonly answer: (yes: boolean) => void } | null>(null);

/** Asks once; false when the dialog is closed in any other way. */
export function ask(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    asked.value = {
      question,
      answer: (yes) => {
        asked.value = null;
        resolve(yes);
      },
    };
  });
}

/** Where the question stands; once in the frame. */
export function AskedQuestion() {
  const current = asked.value;
  if (current === null) return null;
  const { question, answer } = current;
  const buttons = (
    <>
      <button type="button" class="button" onClick={() => answer(false)}>
        {say(["やめる", "Cancel"])}
      </button>
      <button
        type="button"
        class={question.danger === true ? "button danger" : "button primary"}
        onClick={() => answer(true)}
      >
        {question.action}
      </button>
    </>
  );
  return (
    <Dialog title={question.title} onClose={() => answer(false)} buttons={buttons}>
      <p class="prose">{question.consequence}</p>
    </Dialog>
  );
}
