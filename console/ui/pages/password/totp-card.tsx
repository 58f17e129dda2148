/** One-time codes: set up with an authenticator, recovery codes shown once, and off again with the password. */
import { useState } from "preact/hooks";
import type { AnswerOf } from "#console/contract/routes.ts";
import { call } from "#console/ui/api/client.ts";
import { readSession } from "#console/ui/api/session.ts";
import { say } from "#console/ui/i18n/language.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Button } from "#console/ui/widgets/button.tsx";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { Copyable } from "#console/ui/widgets/copyable.tsx";
import { downloadText } from "#console/ui/widgets/download-text.ts";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { QrCode } from "#console/ui/widgets/qr-code.tsx";
import { StateBadge } from "#console/ui/widgets/state-badge.tsx";
import { TextField } from "#console/ui/widgets/text-field.tsx";

export function TotpCard({ hasTotp }: { readonly hasTotp: boolean }) {
  const [recovery, setRecovery] = useState<readonly string[] | null>(null);
  const state = hasTotp ? (
    <StateBadge tone="active">{say(["使用中", "On"])}</StateBadge>
  ) : (
    <StateBadge tone="unknown">{say(["未使用", "Off"])}</StateBadge>
  );
  return (
    <Card title={say(["認証コード（TOTP）", "One-time codes (TOTP)"])} actions={state}>
      {recovery === null ? null : <RecoveryCodes codes={recovery} onClose={() => setRecovery(null)} />}
      {hasTotp ? <RemoveTotp /> : <SetUpTotp onCodes={setRecovery} />}
    </Card>
  );
}

function SetUpTotp({ onCodes }: { readonly onCodes: (codes: readonly string[]) => void }) {
  const [begun, setBegun] = useState<AnswerOf<"account.totp.begin"> | null>(null);
  const [code, setCode] = useState("");
  const begin = async (): Promise<void> => setBegun(await act(call("account.totp.begin", { body: {} })));
  const confirm = async (): Promise<void> => {
    const done = await act(
      call("account.totp.confirm", { body: { code: code.trim() } }),
      say(["認証コードを使用します。", "One-time codes are on."]),
    );
    if (done === null) return;
    onCodes(done.recoveryCodes);
    await readSession();
  };
  if (begun === null)
    return (
      <div class="stack">
        <p class="prose">
          {say([
            "サインインにパスワードのほか、認証アプリの 6 桁のコードを求めます。",
            "Signing in then needs the 6 digits of an authenticator beside the password.",
          ])}
        </p>
        <div>
          <Button onPress={begin}>{say(["認証コードを設定する", "Set up one-time codes"])}</Button>
        </div>
      </div>
    );
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void confirm();
      }}
    >
      <p>
        {say([
          "認証アプリで QR コードを読み取るか、次の鍵を登録し、表示されたコードを入力してください。",
          "Scan the code with your authenticator, or add this key to it, then enter the code that it shows.",
        ])}
      </p>
      <QrCode text={begun.uri} label={say(["登録用の QR コード", "QR code for the authenticator"])} />
      <Facts
        rows={[
          [say(["鍵", "Key"]), <Copyable key="secret" text={begun.secret} />],
          [
            say(["登録用アドレス", "Address"]),
            <a key="uri" href={begun.uri}>
              {say(["この端末の認証アプリで開く", "Open in an authenticator here"])}
            </a>,
          ],
        ]}
      />
      <TextField
        label={say(["認証コード", "Code"])}
        value={code}
        onValue={setCode}
        autocomplete="one-time-code"
        required
      />
      <div>
        <button type="submit" class="button primary">
          {say(["使用を始める", "Turn on"])}
        </button>
      </div>
    </form>
  );
}

function RecoveryCodes({
  codes,
  onClose,
}: {
  readonly codes: readonly string[];
  readonly onClose: () => void;
}) {
  return (
    <Notice tone="caution" urgent>
      <p>
        {say([
          "回復コードです。ここでしか表示しません。認証アプリを失ったとき、1 つずつ 1 回だけ使えます。",
          "Your recovery codes, shown only here. Each can be used once when the authenticator is lost.",
        ])}
      </p>
      <ul class="codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div class="row">
        <Button onPress={() => downloadText("futago-recovery-codes.txt", `${codes.join("\n")}\n`)}>
          {say(["ファイルに保存する", "Save as a file"])}
        </Button>
        <Button onPress={onClose}>{say(["控えました", "I have kept them"])}</Button>
      </div>
    </Notice>
  );
}

function RemoveTotp() {
  const [password, setPassword] = useState("");
  const remove = async (): Promise<void> => {
    const done = await act(
      call("account.totp.remove", { body: { password } }),
      say(["認証コードの使用をやめました。", "One-time codes are off."]),
    );
    if (done !== null) await readSession();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void remove();
      }}
    >
      <TextField
        label={say(["パスワード", "Password"])}
        type="password"
        autocomplete="current-password"
        value={password}
        onValue={setPassword}
        required
        help={say([
          "使用をやめると、パスワードだけでサインインできるようになります。",
          "Without them the password alone signs you in.",
        ])}
        after={
          <button type="submit" class="button danger">
            {say(["認証コードの使用をやめる", "Turn off one-time codes"])}
          </button>
        }
      />
    </form>
  );
}
