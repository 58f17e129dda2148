/** One number that is looked at from afar. */
interface FigureProps {
  readonly label: string;
  readonly amount: string;
  readonly unit: string;
}

export function Figure({ label, amount, unit }: FigureProps) {
  return (
    <div class="figure">
      <div class="soft">{label}</div>
      <div class="amount">
        {amount} <small>{unit}</small>
      </div>
    </div>
  );
}
