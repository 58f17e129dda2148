/** 管理者パスワード: one's own password and one-time codes. */
import { session } from "#console/ui/api/session.ts";
import { say } from "#console/ui/i18n/language.ts";
import { PasswordForm } from "#console/ui/shell/password-form.tsx";
import { ROLE_NAMES } from "#console/ui/shell/role-names.ts";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { Span, Time } from "#console/ui/widgets/time.tsx";
import { TotpCard } from "./totp-card.tsx";

export function Page() {
  const who = session.value;
  if (who === null) return null;
  return (
    <div class="stack">
      <Card title={say(["自分", "You"])}>
        <Facts
          rows={[
            [say(["利用者名", "User name"]), who.user],
            [say(["権限", "Role"]), say(ROLE_NAMES[who.role])],
            [say(["サインイン", "Signed in"]), <Time key="since" at={who.signedInAt} />],
            [say(["無操作で終了", "Ends when idle for"]), <Span key="idle" ms={who.idleTimeoutMs} />],
          ]}
        />
      </Card>
      <Card title={say(["パスワードの変更", "Change the password"])}>
        <PasswordForm />
      </Card>
      <TotpCard hasTotp={who.hasTotp} />
    </div>
  );
}
