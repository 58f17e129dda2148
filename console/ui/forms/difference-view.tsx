/** What two versions of the settings differ in, a row for each value, before and after side by side. */
import type { Change } from "#console/contract/difference.ts";
import { language, say } from "#console/ui/i18n/language.ts";
import { choiceName, settingName } from "./setting-field.tsx";
import { showValue } from "./show-value.ts";

export function DifferenceView({ changes }: { readonly changes: readonly Change[] }) {
  if (changes.length === 0) return <p class="soft">{say(["違いはありません。", "No differences."])}</p>;
  const title = say(["変更の一覧", "Changes"]);
  return (
    <section class="table-frame difference" tabIndex={0} aria-label={title}>
      <table>
        <caption class="sr">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{say(["項目", "Setting"])}</th>
            <th scope="col">{say(["変更前", "Before"])}</th>
            <th scope="col">{say(["変更後", "After"])}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.path}>
              <th scope="row">
                <div>{settingName(change.path)}</div>
                <code class="soft">{change.path}</code>
              </th>
              <td>{change.kind === "added" ? "–" : <del>{valueText(change.path, change.before)}</del>}</td>
              <td>{change.kind === "removed" ? "–" : <ins>{valueText(change.path, change.after)}</ins>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export const valueText = (path: string, value: unknown): string =>
  typeof value === "string" ? choiceName(path, value) : showValue(value, path, language.value);
