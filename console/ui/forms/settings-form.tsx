/** A form over some settings: edited, judged by the server while it is typed, reviewed, applied. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Applied, SchemaAnswer, SettingsState } from "#console/contract/settings.ts";
import { call } from "#console/ui/api/client.ts";
import { may } from "#console/ui/api/session.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { language, say } from "#console/ui/i18n/language.ts";
import { settingsNews } from "#console/ui/shell/live-news.ts";
import { leaveGuard } from "#console/ui/shell/location.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Answer, TroubleNotice } from "#console/ui/widgets/answer.tsx";
import { Button } from "#console/ui/widgets/button.tsx";
import { Card } from "#console/ui/widgets/card.tsx";
import { ask } from "#console/ui/widgets/dialog.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { toast } from "#console/ui/widgets/toast.tsx";
import { type Draft, isChangedAt, useDraft } from "./draft.ts";
import { faultText } from "./fault-text.ts";
import { MergeDialog } from "./merge-dialog.tsx";
import { ReviewDialog } from "./review-dialog.tsx";
import { isWithin, SettingField, type Suggestions, settingName } from "./setting-field.tsx";
import { StagedNotice } from "./staged-notice.tsx";

export interface SettingGroup {
  readonly title: string;
  readonly paths: readonly string[];
  /** Stands above the fields. */
  readonly intro?: ComponentChildren;
  /** Stands below them. */
  readonly outro?: ComponentChildren | ((draft: Draft) => ComponentChildren);
  /** Folded away until it is wanted, or has a change or a fault in it. */
  readonly isFolded?: boolean;
}

interface SettingsFormProps {
  readonly groups: readonly SettingGroup[];
  readonly suggestions?: Suggestions;
}

export function SettingsForm(props: SettingsFormProps) {
  const schema = useAnswer("settings.schema", {});
  const settings = useAnswer("settings.read", {});
  return (
    <Answer of={schema}>
      {(known) => (
        <Answer of={settings}>{(state) => <DraftForm {...props} initial={state} schema={known} />}</Answer>
      )}
    </Answer>
  );
}

interface DraftFormProps extends SettingsFormProps {
  readonly initial: SettingsState;
  readonly schema: SchemaAnswer;
}

function DraftForm({ groups, suggestions, initial, schema }: DraftFormProps) {
  const draft = useDraft(initial, schema);
  const [isReviewing, setReviewing] = useState(false);
  const [theirs, setTheirs] = useState<SettingsState | null>(null);
  const isReadOnly = !may("settings.draft.write");
  useLeaveGuard(draft.isChanged);
  useNewerGeneration(draft);
  const readTheirs = async (): Promise<void> => {
    setReviewing(false);
    const newer = await act(call("settings.read", {}));
    if (newer !== null) setTheirs(newer);
  };
  const applied = async ({ generation, pending }: Applied): Promise<void> => {
    const newer = await act(call("settings.read", {}));
    if (newer !== null) draft.replace(newer.settings, newer);
    // Not before nothing is unsaved any more: who leaves the page at once is not asked about it.
    setReviewing(false);
    const { generation: number } = generation;
    if (pending === null)
      toast("active", say(["世代 {number} を適用しました。", "Generation {number} holds now."], { number }));
    else
      toast(
        "caution",
        say(
          [
            "世代 {number} の試用を始めました。確定してください。",
            "Generation {number} is on trial; keep it when all is well.",
          ],
          { number },
        ),
      );
  };
  return (
    <div class="stack">
      <StagedNotice draft={draft} />
      <NewerNotice draft={draft} onMerge={readTheirs} />
      {isReadOnly ? (
        <Notice tone="unknown">
          {say(["参照のみの権限です。変更はできません。", "You may look, not change."])}
        </Notice>
      ) : null}
      {groups.map((group) => (
        <Group
          key={group.title}
          group={group}
          draft={draft}
          isReadOnly={isReadOnly}
          {...(suggestions === undefined ? {} : { suggestions })}
        />
      ))}
      <FaultsElsewhere draft={draft} groups={groups} />
      <TroubleNotice trouble={draft.trouble} />
      {isReadOnly ? null : <SaveBar draft={draft} onReview={() => setReviewing(true)} />}
      {isReviewing && draft.check !== null ? (
        <ReviewDialog
          draft={draft}
          check={draft.check}
          onClose={() => setReviewing(false)}
          onApplied={applied}
          onStale={() => void readTheirs()}
        />
      ) : null}
      {theirs === null ? null : <MergeDialog draft={draft} theirs={theirs} onClose={() => setTheirs(null)} />}
    </div>
  );
}

/** With the page itself and not after it was painted: who leaves at once is not asked about what has been applied. */
function useLeaveGuard(isChanged: boolean): void {
  useLayoutEffect(() => {
    leaveGuard.value = isChanged
      ? () =>
          ask({
            title: say(["保存していない変更があります", "There are unsaved changes"]),
            consequence: say([
              "このページを離れると、入力した変更は失われます。",
              "What you have changed on this page is lost when you leave it.",
            ]),
            action: say(["変更を捨てて離れる", "Discard and leave"]),
            danger: true,
          })
      : null;
    return () => {
      leaveGuard.value = null;
    };
  }, [isChanged]);
}

/** A form in which nothing was changed follows what others apply. */
function useNewerGeneration(draft: Draft): void {
  const generation = settingsNews.value?.data.generation;
  const { isChanged, base, replace } = draft;
  useEffect(() => {
    if (generation === undefined || generation === base.generation || isChanged) return;
    void call("settings.read", {}).then((outcome) => {
      if (outcome.ok) replace(outcome.value.settings, outcome.value);
    });
  }, [generation, isChanged, base.generation, replace]);
}

function NewerNotice({ draft, onMerge }: { readonly draft: Draft; readonly onMerge: () => Promise<void> }) {
  const news = settingsNews.value?.data;
  if (news === undefined || news.generation === draft.base.generation || !draft.isChanged) return null;
  return (
    <Notice tone="caution">
      <p>
        {say(
          [
            "編集中に {author} が世代 {generation} を適用しました。入力した内容は残っています。",
            "{author} has applied generation {generation} meanwhile. What you entered is still here.",
          ],
          { author: news.author, generation: news.generation },
        )}
      </p>
      <Button small onPress={onMerge}>
        {say(["変更を取り込む", "Merge the changes"])}
      </Button>
    </Notice>
  );
}

interface GroupProps {
  readonly group: SettingGroup;
  readonly draft: Draft;
  readonly isReadOnly: boolean;
  readonly suggestions?: Suggestions;
}

function Group({ group, draft, ...rest }: GroupProps) {
  const isTouched = group.paths.some(
    (path) =>
      isChangedAt(draft, path) || draft.check?.faults.some((fault) => isFaultWithin(fault.path, path)),
  );
  const fields = (
    <>
      {group.intro}
      <div class="fields">
        {group.paths.map((path) => (
          <SettingField key={path} draft={draft} path={path} {...rest} />
        ))}
      </div>
      {typeof group.outro === "function" ? group.outro(draft) : group.outro}
    </>
  );
  if (group.isFolded !== true) return <Card title={group.title}>{fields}</Card>;
  return (
    <details class="card" open={isTouched}>
      <summary>
        <h2>{group.title}</h2>
      </summary>
      {fields}
    </details>
  );
}

const isFaultWithin = (fault: string, path: string): boolean => fault !== "" && isWithin(fault, path);

/** Faults of settings that this page does not show: the change cannot be applied all the same. */
function FaultsElsewhere({
  draft,
  groups,
}: {
  readonly draft: Draft;
  readonly groups: readonly SettingGroup[];
}) {
  const paths = groups.flatMap((group) => group.paths);
  const faults = (draft.check?.faults ?? []).filter(
    (fault) => !paths.some((path) => isFaultWithin(fault.path, path)),
  );
  if (faults.length === 0) return null;
  return (
    <Notice tone="fault">
      <ul>
        {faults.map(({ path, found, expected }) => (
          <li key={path}>
            {path === "" ? "" : `${settingName(path)}: `}
            {faultText({ path, found, expected }, language.value)}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function SaveBar({ draft, onReview }: { readonly draft: Draft; readonly onReview: () => void }) {
  const { check, isChanged } = draft;
  const faults = check?.faults.length ?? 0;
  const stage = async (): Promise<void> => {
    const { base, document } = draft;
    const body = { base: base.generation, settings: { ...document } };
    await act(
      call("settings.draft.write", { body }),
      say(["下書きを保存しました。", "The draft was saved."]),
    );
  };
  return (
    <fieldset class="save-bar" aria-label={say(["変更の操作", "Changes"])}>
      <span role="status" class={faults > 0 ? "error" : "soft"}>
        {statusText(isChanged, check === null ? null : check.changes.length, faults)}
      </span>
      <span class="row" style={{ marginInlineStart: "auto" }}>
        <Button disabled={!isChanged} onPress={draft.discard}>
          {say(["変更を捨てる", "Discard"])}
        </Button>
        <Button disabled={!isChanged} onPress={stage}>
          {say(["下書きとして保存", "Save as a draft"])}
        </Button>
        {may("settings.apply") ? (
          <Button look="primary" disabled={!isChanged || check === null || faults > 0} onPress={onReview}>
            {say(["設定", "Set"])}
          </Button>
        ) : null}
      </span>
    </fieldset>
  );
}

function statusText(isChanged: boolean, changes: number | null, faults: number): string {
  if (!isChanged) return say(["変更はありません。", "Nothing is changed."]);
  if (changes === null) return say(["確認しています…", "Checking …"]);
  if (faults > 0) return say(["{faults} か所に誤りがあります。", "{faults} faults."], { faults });
  return say(["{changes} 件の変更。まだ適用されていません。", "{changes} changes, not applied yet."], {
    changes,
  });
}
