/** Sign-in; the code is asked for only when the server wants one. */
import { useState } from "preact/hooks";
import { call, type Trouble } from "#console/ui/api/client.ts";
import { sessionState } from "#console/ui/api/session.ts";
import { formatSpan } from "#console/ui/i18n/format.ts";
import { language, say } from "#console/ui/i18n/language.ts";
import { TroubleNotice } from "#console/ui/widgets/answer.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { TextField } from "#console/ui/widgets/text-field.tsx";

export function SignIn() {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [wantsCode, setWantsCode] = useState(false);
  const submit = async (): Promise<void> => {
    const outcome = await call("session.create", {
      body: { user, password, ...(code === "" ? {} : { code: code.trim() }) },
    });
    if (outcome.ok) {
      sessionState.value = outcome.value;
      return;
    }
    setWantsCode(wantsCode || outcome.error.kind === "code-needed");
    setTrouble(outcome.error);
  };
  return (
    <form
      class="stack stacked"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {sessionState.value?.isFirstStart === true ? <FirstStart /> : null}
      <TroubleNotice trouble={trouble} />
      <LockedFor trouble={trouble} />
      <div class="fields">
        <TextField
          label={say(["利用者名", "User name"])}
          value={user}
          onValue={setUser}
          autocomplete="username"
          required
        />
        <TextField
          label={say(["パスワード", "Password"])}
          type="password"
          value={password}
          onValue={setPassword}
          autocomplete="current-password"
          required
        />
        {wantsCode ? (
          <TextField
            label={say(["認証コード", "Code"])}
            help={say([
              "認証アプリの 6 桁のコード、または回復コード。",
              "6 digits of your authenticator, or a recovery code.",
            ])}
            value={code}
            onValue={setCode}
            autocomplete="one-time-code"
            required
          />
        ) : null}
      </div>
      <button type="submit" class="button primary">
        {say(["サインイン", "Sign in"])}
      </button>
    </form>
  );
}

function FirstStart() {
  return (
    <Notice tone="standby">
      {say([
        "初回起動です。利用者名 admin と、起動時にユニットの画面（ログ）に表示された使い捨てパスワードを入力してください。",
        "This is the first start. Enter the user name admin and the one-time password that the unit printed when it started.",
      ])}
    </Notice>
  );
}

function LockedFor({ trouble }: { readonly trouble: Trouble | null }) {
  if (trouble?.kind !== "locked-out" || trouble.retryAfterMs === undefined) return null;
  return (
    <p>
      {say(["あと {span} で試せます。", "You can try again in {span}."], {
        span: formatSpan(trouble.retryAfterMs, language.value),
      })}
    </p>
  );
}
