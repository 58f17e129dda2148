/** A labelled choice among a few words. */
import { useId } from "preact/hooks";
import { Field } from "./field.tsx";

interface SelectFieldProps<V extends string> {
  readonly label: string;
  readonly value: V;
  readonly choices: readonly (readonly [value: V, words: string])[];
  readonly onValue: (value: V) => void;
  readonly help?: string;
}

export function SelectField<V extends string>({ label, value, choices, onValue, help }: SelectFieldProps<V>) {
  const id = useId();
  return (
    <Field id={id} label={label} help={help}>
      <Select id={id} value={value} choices={choices} onValue={onValue} />
    </Field>
  );
}

interface SelectProps<V extends string> {
  readonly id?: string;
  readonly label?: string;
  readonly value: V;
  readonly choices: readonly (readonly [value: V, words: string])[];
  readonly onValue: (value: V) => void;
}

/** The bare control; `label` where no label stands beside it. */
export function Select<V extends string>({ id, label, value, choices, onValue }: SelectProps<V>) {
  const choose = (text: string): void => {
    const chosen = choices.find(([choice]) => choice === text);
    if (chosen !== undefined) onValue(chosen[0]);
  };
  return (
    <select id={id} aria-label={label} value={value} onChange={(event) => choose(event.currentTarget.value)}>
      {choices.map(([choice, words]) => (
        <option key={choice} value={choice}>
          {words}
        </option>
      ))}
    </select>
  );
}
