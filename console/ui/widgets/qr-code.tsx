/** A text as a QR code: black on white in both themes, since not every reader takes the opposite. */
import { useEffect, useState } from "preact/hooks";

/** ISO/IEC 18004: four modules of nothing around the code. */
const QUIET = 4;

interface Drawing {
  readonly size: number;
  /** A square for each dark module. */
  readonly path: string;
}

/** The encoder comes when a code is drawn for the first time. */
async function draw(text: string): Promise<Drawing> {
  const { correction, generate } = await import("lean-qr/nano");
  const code = generate(text, { minCorrectionLevel: correction.M });
  const squares: string[] = [];
  for (let y = 0; y < code.size; y += 1)
    for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) squares.push(`M${x} ${y}h1v1h-1z`);
  return { size: code.size, path: squares.join("") };
}

export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  useEffect(() => void draw(text).then(setDrawing), [text]);
  if (drawing === null) return <div class="qr" />;
  const side = drawing.size + 2 * QUIET;
  return (
    <svg
      class="qr"
      viewBox={`${-QUIET} ${-QUIET} ${side} ${side}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <rect x={-QUIET} y={-QUIET} width={side} height={side} fill="#fff" />
      <path d={drawing.path} fill="#000" />
    </svg>
  );
}
