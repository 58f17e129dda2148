/** Changing one's own password; used at the first sign-in and on its page. */
import { useState } from "preact/hooks";
import { PASSWORD_CHARS_MIN } from "#console/contract/password.ts";
import { call, type Trouble } from "#console/ui/api/client.ts";
import { sessionState } from "#console/ui/api/session.ts";
import { say } from "#console/ui/i18n/language.ts";
import { TroubleNotice } from "#console/ui/widgets/answer.tsx";
import { TextField } from "#console/ui/widgets/text-field.tsx";
import { toast } from "#console/ui/widgets/toast.tsx";

export function PasswordForm() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const tooShort = next !== "" && [...next].length < PASSWORD_CHARS_MIN;
  const unequal = again !== "" && again !== next;
  const submit = async (): Promise<void> => {
    const outcome = await call("account.password", { body: { current, next } });
    setTrouble(outcome.ok ? null : outcome.error);
    if (!outcome.ok) return;
    sessionState.value = outcome.value;
    for (const clear of [setCurrent, setNext, setAgain]) clear("");
    toast("active", say(["パスワードを変更しました。", "The password was changed."]));
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TroubleNotice trouble={trouble} />
      <div class="fields">
        <TextField
          label={say(["現在のパスワード", "Current password"])}
          type="password"
          value={current}
          onValue={setCurrent}
          autocomplete="current-password"
          required
        />
        <TextField
          label={say(["新しいパスワード", "New password"])}
          type="password"
          value={next}
          onValue={setNext}
          autocomplete="new-password"
          required
          help={say(
            [
              "{n} 文字以上。長い文章が覚えやすく安全です。",
              "At least {n} characters; a long sentence is easy to remember and safe.",
            ],
            { n: PASSWORD_CHARS_MIN },
          )}
          error={
            tooShort
              ? say(["{n} 文字以上必要です。", "At least {n} characters are needed."], {
                  n: PASSWORD_CHARS_MIN,
                })
              : null
          }
        />
        <TextField
          label={say(["新しいパスワード（確認）", "New password again"])}
          type="password"
          value={again}
          onValue={setAgain}
          autocomplete="new-password"
          required
          error={unequal ? say(["上と同じではありません。", "This is not the same as above."]) : null}
        />
      </div>
      <div>
        <button type="submit" class="button primary" disabled={tooShort || again !== next || next === ""}>
          {say(["パスワードを変更する", "Change the password"])}
        </button>
      </div>
    </form>
  );
}
