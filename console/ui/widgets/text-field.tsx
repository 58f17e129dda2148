/** A labelled text input with help and error in their places. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Field } from "./field.tsx";

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly type?: "text" | "password";
  readonly help?: string;
  readonly error?: string | null;
  readonly placeholder?: string;
  readonly autocomplete?: string;
  readonly required?: boolean;
  readonly after?: ComponentChildren;
}

export function TextField(props: TextFieldProps) {
  const { label, value, onValue, type = "text", help, error = null, placeholder, after } = props;
  const id = useId();
  return (
    <Field id={id} label={label} help={help} error={error}>
      <input
        id={id}
        // The types of JSX want one word here, not one of two.
        type={type as "text"}
        class="wide"
        value={value}
        required={props.required ?? false}
        autocomplete={props.autocomplete ?? "off"}
        placeholder={placeholder}
        aria-describedby={`${id}-about`}
        aria-invalid={error !== null}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      {after}
    </Field>
  );
}
