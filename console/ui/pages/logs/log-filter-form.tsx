/** What rows of a log are looked for. */
import { useState } from "preact/hooks";
import { say } from "#console/ui/i18n/language.ts";

export interface LogFilters {
  readonly text?: string;
  readonly client?: string;
  readonly status?: string;
  readonly method?: string;
  readonly since?: string;
  readonly until?: string;
}

export const NO_FILTERS: LogFilters = {};

type FilterName = keyof LogFilters;

interface LogFilterFormProps {
  /** Only the access log has clients, statuses and methods. */
  readonly isAccess: boolean;
  readonly onFilters: (filters: LogFilters) => void;
}

export function LogFilterForm({ isAccess, onFilters }: LogFilterFormProps) {
  const [entered, setEntered] = useState<Readonly<Partial<Record<FilterName, string>>>>({});
  const fields: readonly (readonly [name: FilterName, label: string, hint: string])[] = [
    ["text", say(["含まれる語", "Words"]), say(["空白で区切る", "separated by spaces"])],
    ...(isAccess
      ? ([
          ["client", say(["クライアント", "Client"]), "192.0.2.10"],
          ["status", say(["ステータス", "Status"]), "404, 5xx"],
          ["method", say(["メソッド", "Method"]), "GET"],
        ] as const)
      : []),
    ["since", say(["この時刻から", "From"]), ""],
    ["until", say(["この時刻まで", "Until"]), ""],
  ];
  return (
    <search>
      <form
        class="item"
        onSubmit={(event) => {
          event.preventDefault();
          onFilters(filtersOf(entered));
        }}
      >
        {fields.map(([name, label, hint]) => (
          <label key={name}>
            {label}
            <input
              // The types of JSX want one word here, not one of two.
              type={(isTime(name) ? "datetime-local" : "text") as "text"}
              step={1}
              value={entered[name] ?? ""}
              placeholder={hint}
              onInput={(event) => setEntered({ ...entered, [name]: event.currentTarget.value })}
            />
          </label>
        ))}
        <button type="submit" class="button primary">
          {say(["検索", "Search"])}
        </button>
      </form>
    </search>
  );
}

const isTime = (name: string): boolean => name === "since" || name === "until";

/** Times are entered as local ones and asked for as instants; empty fields filter nothing. */
function filtersOf(entered: Readonly<Partial<Record<FilterName, string>>>): LogFilters {
  const given = Object.entries(entered).filter(([, value]) => value.trim() !== "");
  return Object.fromEntries(
    given.map(([name, value]) => [name, isTime(name) ? new Date(value).toISOString() : value.trim()]),
  );
}
