/** バックアップ/リストア: one file; a restore shows what it would change before it does. */
import { useState } from "preact/hooks";
import { call } from "#console/ui/api/client.ts";
import { say } from "#console/ui/i18n/language.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Card } from "#console/ui/widgets/card.tsx";
import { downloadText } from "#console/ui/widgets/download-text.ts";
import { TextField } from "#console/ui/widgets/text-field.tsx";
import { RestoreCard } from "./restore-card.tsx";

const PASSPHRASE_MIN = 8;

export function Page() {
  return (
    <div class="stack">
      <BackupCard />
      <RestoreCard />
    </div>
  );
}

function BackupCard() {
  const [passphrase, setPassphrase] = useState("");
  const isShort = passphrase !== "" && passphrase.length < PASSPHRASE_MIN;
  const make = async (): Promise<void> => {
    const backup = await act(
      call("backup.create", { body: { passphrase } }),
      say(["バックアップを作成しました。", "The backup was made."]),
    );
    if (backup === null) return;
    downloadText(backup.name, backup.file);
    setPassphrase("");
  };
  return (
    <Card title={say(["バックアップ", "Backup"])}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <p class="prose">
          {say([
            "設定と利用者を 1 つのファイルに保存します。鍵などの秘密はパスフレーズで暗号化します。パスフレーズを忘れるとリストアできません。",
            "Settings and accounts in one file. Keys and other secrets are encrypted with a passphrase; without it nothing can be restored.",
          ])}
        </p>
        <TextField
          label={say(["パスフレーズ", "Passphrase"])}
          type="password"
          autocomplete="new-password"
          value={passphrase}
          onValue={setPassphrase}
          required
          error={
            isShort
              ? say(["{n} 文字以上必要です。", "At least {n} characters."], { n: PASSPHRASE_MIN })
              : null
          }
        />
        <div>
          <button type="submit" class="button primary" disabled={passphrase.length < PASSPHRASE_MIN}>
            {say(["バックアップを作成する", "Make a backup"])}
          </button>
        </div>
      </form>
    </Card>
  );
}
