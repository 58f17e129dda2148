/** A share of something that can run out, drawn and written. */
import { useEffect, useRef } from "preact/hooks";
import { formatShare } from "#console/ui/i18n/format.ts";

const HIGH_SHARE = 0.9;

export function Meter({ share, label }: { readonly share: number; readonly label: string }) {
  const bar = useRef<HTMLSpanElement>(null);
  const width = `${Math.min(100, Math.max(0, share * 100)).toFixed(1)}%`;
  // Style attributes are forbidden by the content security policy; the style object is not.
  useEffect(() => {
    if (bar.current !== null) bar.current.style.inlineSize = width;
  }, [width]);
  return (
    <span class="row">
      <span class="meter" role="img" aria-label={`${label} ${formatShare(share)}`}>
        <span ref={bar} class={share >= HIGH_SHARE ? "high" : ""} />
      </span>
      <span>{formatShare(share)}</span>
    </span>
  );
}
