/** Another administrator was first: nothing of either is lost, and what both changed is decided here. */
import { useState } from "preact/hooks";
import type { SettingsState } from "#console/contract/settings.ts";
import { say } from "#console/ui/i18n/language.ts";
import { Button } from "#console/ui/widgets/button.tsx";
import { Dialog } from "#console/ui/widgets/dialog.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { Time } from "#console/ui/widgets/time.tsx";
import { valueText } from "./difference-view.tsx";
import type { Draft } from "./draft.ts";
import { type Conflict, mergeDocuments } from "./merge.ts";
import { settingName } from "./setting-field.tsx";
import { withValueAt } from "./settings-path.ts";

interface MergeDialogProps {
  readonly draft: Draft;
  readonly theirs: SettingsState;
  readonly onClose: () => void;
}

export function MergeDialog({ draft, theirs, onClose }: MergeDialogProps) {
  const { merged, conflicts } = mergeDocuments(draft.base.settings, draft.document, theirs.settings);
  const [takenTheirs, setTakenTheirs] = useState<readonly string[]>([]);
  const choose = ({ path }: Conflict, side: "mine" | "theirs"): void =>
    setTakenTheirs((before) => [
      ...before.filter((one) => one !== path),
      ...(side === "theirs" ? [path] : []),
    ]);
  const merge = (): void => {
    const decided = conflicts
      .filter(({ path }) => takenTheirs.includes(path))
      .reduce((document, { path, theirs: value }) => withValueAt(document, path, value), merged);
    draft.replace(decided, theirs);
    onClose();
  };
  const buttons = (
    <>
      <Button onPress={onClose}>{say(["あとで", "Later"])}</Button>
      <Button look="primary" onPress={merge}>
        {say(["取り込んで編集を続ける", "Merge and go on editing"])}
      </Button>
    </>
  );
  return (
    <Dialog
      title={say(["ほかの管理者の変更を取り込む", "Merge with another administrator"])}
      large
      onClose={onClose}
      buttons={buttons}
    >
      <Notice tone="caution">
        <p>
          {say(
            [
              "{author} が先に世代 {generation} を適用しました。",
              "{author} applied generation {generation} first.",
            ],
            {
              author: theirs.author,
              generation: theirs.generation,
            },
          )}{" "}
          <Time at={theirs.at} />
        </p>
        <p class="soft">{theirs.reason}</p>
      </Notice>
      {conflicts.length === 0 ? (
        <p>
          {say([
            "同じ項目は変更していません。両方の変更をそのまま取り込めます。まだ何も適用されません。",
            "You have not changed the same settings: both changes fit together. Nothing is applied yet.",
          ])}
        </p>
      ) : (
        <>
          <p>
            {say([
              "両方が変更した項目があります。どちらを残すか選んでください。",
              "Both of you changed these. Choose which value stays.",
            ])}
          </p>
          {conflicts.map((conflict) => (
            <ConflictChoice
              key={conflict.path}
              conflict={conflict}
              side={takenTheirs.includes(conflict.path) ? "theirs" : "mine"}
              onSide={(side) => choose(conflict, side)}
            />
          ))}
        </>
      )}
    </Dialog>
  );
}

interface ConflictChoiceProps {
  readonly conflict: Conflict;
  readonly side: "mine" | "theirs";
  readonly onSide: (side: "mine" | "theirs") => void;
}

function ConflictChoice({ conflict, side, onSide }: ConflictChoiceProps) {
  const { path, base, mine, theirs } = conflict;
  const sides = [
    ["mine", say(["自分の変更", "Mine"]), mine],
    ["theirs", say(["先に適用された値", "Theirs"]), theirs],
  ] as const;
  return (
    <fieldset class="card difference">
      <legend>{settingName(path)}</legend>
      <p class="soft">
        {say(["変更前", "Before"])}: <code>{valueText(path, base)}</code>
      </p>
      {sides.map(([value, words, content]) => (
        <label key={value} class="choice">
          <input
            type="radio"
            name={`merge-${path}`}
            checked={side === value}
            onChange={() => onSide(value)}
          />
          {words}: <ins>{valueText(path, content)}</ins>
        </label>
      ))}
    </fieldset>
  );
}
