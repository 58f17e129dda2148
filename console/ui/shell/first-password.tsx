/** The one-time password must be changed before anything else. */
import { signOut } from "#console/ui/api/session.ts";
import { say } from "#console/ui/i18n/language.ts";
import { Button } from "#console/ui/widgets/button.tsx";
import { Toasts } from "#console/ui/widgets/toast.tsx";
import { PasswordForm } from "./password-form.tsx";
import { LanguageChoice } from "./preferences.tsx";

export function FirstPassword() {
  return (
    <main class="door">
      <div class="card stack stacked">
        <div class="row spread">
          <h1>{say(["パスワードの変更", "Change your password"])}</h1>
          <LanguageChoice />
        </div>
        <p>
          {say([
            "使い捨てパスワードでサインインしました。続ける前に、自分のパスワードを決めてください。",
            "You have signed in with a one-time password. Choose your own before you go on.",
          ])}
        </p>
        <PasswordForm />
        <Button look="quiet" onPress={signOut}>
          {say(["サインアウト", "Sign out"])}
        </Button>
      </div>
      <Toasts />
    </main>
  );
}
