/** Lines of a log, in a frame that can be scrolled by keyboard. */
import type { LogRow } from "#console/contract/logs.ts";
import { formatTime } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";

interface LogLinesProps {
  readonly rows: readonly LogRow[];
  /** Words that are shown marked. */
  readonly words: string;
}

export function LogLines({ rows, words }: LogLinesProps) {
  return (
    <section class="log" tabIndex={0} aria-label={say(["ログの行", "Lines"])}>
      <ol>
        {rows.map((row) => (
          <li key={row.at}>
            {row.time === undefined ? null : <span class="soft">{formatTime(new Date(row.time))} </span>}
            <Marked line={row.line} words={words} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Marked({ line, words }: { readonly line: string; readonly words: string }) {
  const wanted = words.split(/\s+/).filter((word) => word !== "");
  if (wanted.length === 0) return <>{line}</>;
  const pattern = new RegExp(
    `(${wanted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`,
    "i",
  );
  // Every second part of a split by a group is what the group matched.
  return (
    <>
      {line
        .split(pattern)
        .map((part, at) => (at % 2 === 1 ? <mark key={`${at} ${part}`}>{part}</mark> : part))}
    </>
  );
}
