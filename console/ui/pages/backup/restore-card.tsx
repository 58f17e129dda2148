/** Restore: the file and its passphrase, then the difference, then the deed. */
import { useState } from "preact/hooks";
import type { BackupPreview } from "#console/contract/upkeep.ts";
import { call, type Trouble } from "#console/ui/api/client.ts";
import { ApplyOptions, type Trial, trialSeconds } from "#console/ui/forms/apply-options.tsx";
import { DifferenceView } from "#console/ui/forms/difference-view.tsx";
import { say } from "#console/ui/i18n/language.ts";
import { act } from "#console/ui/widgets/act.ts";
import { TroubleNotice } from "#console/ui/widgets/answer.tsx";
import { Button } from "#console/ui/widgets/button.tsx";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { FileField } from "#console/ui/widgets/file-field.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { TextField } from "#console/ui/widgets/text-field.tsx";
import { Time } from "#console/ui/widgets/time.tsx";

export function RestoreCard() {
  const [file, setFile] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const [preview, setPreview] = useState<BackupPreview | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const look = async (): Promise<void> => {
    const outcome = await call("backup.preview", { body: { file, passphrase } });
    setTrouble(outcome.ok ? null : outcome.error);
    setPreview(outcome.ok ? outcome.value : null);
  };
  return (
    <Card title={say(["リストア", "Restore"])}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void look();
        }}
      >
        <div class="fields">
          <FileField
            label={say(["バックアップのファイル", "Backup file"])}
            accept=".json,.futago,text/plain"
            onText={setFile}
          />
          <TextField
            label={say(["パスフレーズ", "Passphrase"])}
            type="password"
            value={passphrase}
            onValue={setPassphrase}
            required
          />
        </div>
        <div>
          <button type="submit" class="button" disabled={file === "" || passphrase === ""}>
            {say(["内容を確認する", "Preview"])}
          </button>
        </div>
        <TroubleNotice trouble={trouble} />
      </form>
      {preview === null ? null : (
        <RestorePreview
          preview={preview}
          file={file}
          passphrase={passphrase}
          onDone={() => setPreview(null)}
        />
      )}
    </Card>
  );
}

interface RestorePreviewProps {
  readonly preview: BackupPreview;
  readonly file: string;
  readonly passphrase: string;
  readonly onDone: () => void;
}

function RestorePreview({ preview, file, passphrase, onDone }: RestorePreviewProps) {
  const [reason, setReason] = useState("");
  const [trial, setTrial] = useState<Trial>("120");
  const [withSecrets, setWithSecrets] = useState(false);
  const { faults } = preview.check;
  const restore = async (): Promise<void> => {
    const state = await act(call("settings.read", {}));
    if (state === null) return;
    const body = { file, passphrase, withSecrets, reason, confirmWithinS: trialSeconds(trial) };
    const done = await act(
      call("backup.restore", { body, ifMatch: state.etag }),
      say(["リストアしました。", "The backup was restored."]),
    );
    if (done !== null) onDone();
  };
  return (
    <div class="stack">
      <Facts
        rows={[
          [say(["ユニット", "Unit"]), preview.unit],
          [say(["作成", "Made"]), <Time key="at" at={preview.at} />],
          [say(["バージョン", "Version"]), preview.version],
          [say(["世代", "Generation"]), preview.generation],
          [say(["利用者", "Accounts"]), preview.users.join(", ") || "–"],
          [say(["秘密のファイル", "Secret files"]), preview.secretFiles.join(", ") || "–"],
        ]}
      />
      {faults.map(({ path, found, expected }) => (
        <Notice key={path} tone="fault">
          <code>{path}</code>: {found} ({expected})
        </Notice>
      ))}
      <DifferenceView changes={preview.check.changes} />
      <label class="choice">
        <input
          type="checkbox"
          checked={withSecrets}
          onChange={(event) => setWithSecrets(event.currentTarget.checked)}
        />
        {say(["利用者と秘密のファイルも戻す", "Accounts and secret files as well"])}
      </label>
      <ApplyOptions reason={reason} onReason={setReason} trial={trial} onTrial={setTrial} />
      <div>
        <Button look="danger" disabled={reason.trim() === "" || faults.length > 0} onPress={restore}>
          {say(["この内容に戻す", "Restore this"])}
        </Button>
      </div>
    </div>
  );
}
