/** A choice such as over which time figures are shown: buttons of which one, or none, is pressed. */
interface SpanChoiceProps<V extends string> {
  readonly label: string;
  readonly value: V;
  readonly choices: readonly (readonly [value: V, words: string])[];
  readonly onValue: (value: V) => void;
}

export function SpanChoice<V extends string>({ label, value, choices, onValue }: SpanChoiceProps<V>) {
  return (
    <fieldset class="tabs" aria-label={label}>
      {choices.map(([choice, words]) => (
        <button
          key={choice}
          type="button"
          class="button small"
          aria-pressed={choice === value}
          onClick={() => onValue(choice)}
        >
          {words}
        </button>
      ))}
    </fieldset>
  );
}
