/** Native controls for values of settings. Each shows what the draft holds and writes what is entered. */
import { useState } from "preact/hooks";
import { say } from "#console/ui/i18n/language.ts";
import { Select } from "#console/ui/widgets/select-field.tsx";
import { UNIT_NAMES } from "./fault-text.ts";
import { fittingUnit, lineValue, type SchemaNode, type UnitStep } from "./json-schema.ts";

export interface ControlProps {
  readonly id: string;
  readonly value: unknown;
  readonly isFaulty: boolean;
  readonly isReadOnly: boolean;
  readonly onValue: (value: unknown) => void;
}

const described = ({ id, isFaulty, isReadOnly }: ControlProps) => ({
  id,
  disabled: isReadOnly,
  "aria-invalid": isFaulty,
  "aria-describedby": `${id}-about`,
});

/** する / しない, as in the manual. */
export function Switch(props: ControlProps) {
  return (
    <RadioGroup
      {...props}
      value={props.value === true ? "yes" : "no"}
      choices={[
        ["yes", say(["する", "Yes"])],
        ["no", say(["しない", "No"])],
      ]}
      onValue={(value) => props.onValue(value === "yes")}
    />
  );
}

interface RadioGroupProps extends ControlProps {
  readonly choices: readonly (readonly [value: string, words: string])[];
}

export function RadioGroup({ id, value, isReadOnly, choices, onValue }: RadioGroupProps) {
  return (
    <>
      {choices.map(([choice, words]) => (
        <label key={choice} class="choice">
          <input
            type="radio"
            name={id}
            value={choice}
            checked={value === choice}
            disabled={isReadOnly}
            onChange={() => onValue(choice)}
          />
          {words}
        </label>
      ))}
    </>
  );
}

/** A whole number; what is none stays as text, so that the server's fault names what was typed. */
const numberOf = (text: string): number | string => (/^-?\d{1,15}$/.test(text.trim()) ? Number(text) : text);

export function NumberInput(props: ControlProps) {
  return (
    <input
      {...described(props)}
      type="text"
      inputMode="numeric"
      class="number"
      value={String(props.value ?? "")}
      onInput={(event) => props.onValue(numberOf(event.currentTarget.value))}
    />
  );
}

/** A number with a unit to choose; the draft holds it in the base unit. */
export function Quantity(
  props: ControlProps & { readonly units: readonly UnitStep[]; readonly label: string },
) {
  const { value, units, label, onValue } = props;
  const [chosen, setChosen] = useState<UnitStep>(() =>
    fittingUnit(typeof value === "number" ? value : 0, units),
  );
  const isWhole = typeof value === "number" && value % chosen.size === 0;
  const unit = isWhole || typeof value !== "number" ? chosen : fittingUnit(value, units);
  const shown = typeof value === "number" ? String(value / unit.size) : String(value ?? "");
  const write = (text: string, size: number): void => {
    const amount = numberOf(text);
    onValue(typeof amount === "number" ? amount * size : amount);
  };
  return (
    <>
      <input
        {...described(props)}
        type="text"
        inputMode="numeric"
        class="number"
        value={shown}
        onInput={(event) => write(event.currentTarget.value, unit.size)}
      />
      <Select
        label={say(["{label}の単位", "Unit of {label}"], { label })}
        value={unit.name}
        choices={units.map(({ name }) => [
          name,
          UNIT_NAMES[name] === undefined ? name : say(UNIT_NAMES[name]),
        ])}
        onValue={(name) => {
          const next = units.find((one) => one.name === name);
          if (next === undefined) return;
          setChosen(next);
          write(shown, next.size);
        }}
      />
    </>
  );
}

export interface Suggestion {
  readonly value: string;
  readonly words: string;
}

/** An empty text takes an optional setting away. */
export function TextInput(
  props: ControlProps & { readonly isOptional: boolean; readonly suggestions: readonly Suggestion[] },
) {
  const { id, value, isOptional, suggestions, onValue } = props;
  return (
    <>
      <input
        {...described(props)}
        type="text"
        class="wide"
        spellcheck={false}
        list={suggestions.length === 0 ? undefined : `${id}-list`}
        value={String(value ?? "")}
        onInput={(event) => {
          const text = event.currentTarget.value.trim();
          onValue(text === "" && isOptional ? undefined : text);
        }}
      />
      {suggestions.length === 0 ? null : (
        <datalist id={`${id}-list`}>
          {suggestions.map((one) => (
            <option key={one.value} value={one.value}>
              {one.words}
            </option>
          ))}
        </datalist>
      )}
    </>
  );
}

const ROWS_MIN = 3;
const ROWS_MAX = 10;

/** A list of plain values, one a line. What is typed stays as it is; the draft holds the lines with words. */
export function Lines(props: ControlProps & { readonly items: SchemaNode | undefined }) {
  const { value, items, onValue } = props;
  const listed = (Array.isArray(value) ? (value as readonly unknown[]) : []).join("\n");
  const [typed, setTyped] = useState(listed);
  const linesOf = (text: string): readonly string[] =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  // Discarding or merging replaces the draft from outside.
  const shown = linesOf(typed).join("\n") === listed ? typed : listed;
  return (
    <textarea
      {...described(props)}
      spellcheck={false}
      rows={Math.min(ROWS_MAX, Math.max(ROWS_MIN, shown.split("\n").length))}
      value={shown}
      onInput={(event) => {
        setTyped(event.currentTarget.value);
        onValue(linesOf(event.currentTarget.value).map((line) => lineValue(line, items)));
      }}
    />
  );
}
