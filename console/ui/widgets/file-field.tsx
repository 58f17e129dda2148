/** A file of the administrator's, read as text in the browser. */
import { useId } from "preact/hooks";
import { Field } from "./field.tsx";

interface FileFieldProps {
  readonly label: string;
  readonly accept: string;
  readonly help?: string;
  readonly onText: (text: string) => void;
}

export function FileField({ label, accept, help, onText }: FileFieldProps) {
  const id = useId();
  return (
    <Field id={id} label={label} help={help}>
      <input
        id={id}
        type="file"
        accept={accept}
        aria-describedby={`${id}-about`}
        onChange={(event) => void event.currentTarget.files?.[0]?.text().then(onText)}
      />
    </Field>
  );
}
