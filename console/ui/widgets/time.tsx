/** A point of time in local time, its offset and the exact text on hover; and ages that go on by themselves. */
import { formatOffset, formatSpan, formatTime } from "#console/ui/i18n/format.ts";
import { language, say } from "#console/ui/i18n/language.ts";
import { now } from "./clock.ts";

/** `at`: ISO 8601. */
export function Time({ at }: { readonly at: string }) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return <span>–</span>;
  return (
    <time class="nowrap" dateTime={at} title={`${formatTime(date)} ${formatOffset(date)} (${at})`}>
      {formatTime(date)}
    </time>
  );
}

/** How long ago something became known; `at` in milliseconds of this browser's clock. */
export function Age({ at }: { readonly at: number }) {
  const span = formatSpan(Math.max(0, Math.floor((now.value - at) / 1_000) * 1_000), language.value);
  return <span class="nowrap">{say(["{span}前", "{span} ago"], { span })}</span>;
}

/** A span of milliseconds. */
export function Span({ ms }: { readonly ms: number }) {
  return <span class="nowrap">{formatSpan(ms, language.value)}</span>;
}
