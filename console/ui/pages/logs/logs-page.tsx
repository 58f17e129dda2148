/** ログ管理: search, filter, follow, download. */
import { useState } from "preact/hooks";
import type { Log } from "#console/contract/logs.ts";
import { endpointUrl } from "#console/ui/api/endpoint-url.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { formatBytes } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import { unitText } from "#console/ui/i18n/unit-words.ts";
import { goTo, route } from "#console/ui/shell/location.ts";
import { routeTo } from "#console/ui/shell/route.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { SpanChoice } from "#console/ui/widgets/span-choice.tsx";
import { FollowedRows } from "./followed-rows.tsx";
import { FoundRows } from "./found-rows.tsx";
import { LogFilterForm, type LogFilters, NO_FILTERS } from "./log-filter-form.tsx";

const NAMES: Readonly<Record<Log["log"], Phrase>> = {
  access: ["キャッシュサーバアクセスログ", "Access log"],
  unit: ["ユニットログ", "Unit log"],
  system: ["システムログ", "System log"],
};

const LOGS: readonly Log["log"][] = ["access", "unit", "system"];

export function Page() {
  const logs = useAnswer("logs.list", {});
  const wanted = route.value.query.get("log");
  const chosen = LOGS.find((log) => log === wanted) ?? "access";
  return (
    <div class="stack">
      <SpanChoice
        label={say(["ログ", "Log"])}
        value={chosen}
        choices={LOGS.map((log) => [log, say(NAMES[log])])}
        onValue={(log) => goTo(routeTo("/system/logs", { log }))}
      />
      <Answer of={logs}>
        {({ logs: listed }) => {
          const log = listed.find((one) => one.log === chosen);
          return log === undefined ? null : <LogView key={chosen} log={log} />;
        }}
      </Answer>
    </div>
  );
}

function LogView({ log }: { readonly log: Log }) {
  const [filters, setFilters] = useState<LogFilters>(NO_FILTERS);
  const [isFollowing, setFollowing] = useState(false);
  if (log.fault !== null)
    return (
      <Notice tone="caution">
        {say(["このログは読めません: {fault}", "This log cannot be read: {fault}"], {
          fault: unitText(log.fault),
        })}
      </Notice>
    );
  return (
    <div class="stack">
      <div class="row spread">
        <span class="soft">
          {log.file ?? "–"} · {formatBytes(log.bytes)} ·{" "}
          {say(["{files} ファイル", "{files} files"], { files: log.files })}
        </span>
        <span class="row">
          <button
            type="button"
            class="button"
            aria-pressed={isFollowing}
            onClick={() => setFollowing(!isFollowing)}
          >
            {isFollowing ? say(["追うのをやめる", "Stop following"]) : say(["新しい行を追う", "Follow"])}
          </button>
          <a class="button" href={endpointUrl("logs.file", { log: log.log })} download>
            {say(["ダウンロード", "Download"])}
          </a>
        </span>
      </div>
      <LogFilterForm isAccess={log.log === "access"} onFilters={setFilters} />
      {isFollowing ? (
        <FollowedRows key={JSON.stringify(filters)} log={log.log} filters={filters} />
      ) : (
        <FoundRows key={JSON.stringify(filters)} log={log.log} filters={filters} />
      )}
    </div>
  );
}
