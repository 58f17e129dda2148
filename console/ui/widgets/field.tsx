/** Where a control stands: its label, then itself, then its help in one line and what is wrong with it. */
import type { ComponentChildren } from "preact";
import { Icon } from "./icon.tsx";

interface FieldProps {
  /** Of the control; what describes it has the same with "-about". */
  readonly id: string;
  readonly label: string;
  readonly help?: string | undefined;
  readonly error?: string | null;
  readonly isChanged?: boolean;
  /** Several controls under one label. */
  readonly isGroup?: boolean;
  readonly children: ComponentChildren;
}

export function Field({
  id,
  label,
  help,
  error = null,
  isChanged = false,
  isGroup = false,
  children,
}: FieldProps) {
  const about = (
    <div id={`${id}-about`}>
      {help === undefined || help === "" ? null : <p class="help">{help}</p>}
      {error === null ? null : (
        <p class="error" role="alert">
          <Icon name="fault" />
          <span>{error}</span>
        </p>
      )}
    </div>
  );
  const classes = isChanged ? "field changed" : "field";
  if (isGroup)
    return (
      <fieldset class={classes} aria-labelledby={`${id}-label`} aria-describedby={`${id}-about`}>
        <div class="label" id={`${id}-label`}>
          {label}
        </div>
        <div>
          <div class="control">{children}</div>
          {about}
        </div>
      </fieldset>
    );
  return (
    <div class={classes}>
      <label class="label" for={id}>
        {label}
      </label>
      <div>
        <div class="control">{children}</div>
        {about}
      </div>
    </div>
  );
}
