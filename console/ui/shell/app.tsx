/** The door or the frame. A session that ends while the frame stands leaves the page and its changes in place. */
import { useRef } from "preact/hooks";
import { isSignedIn, session, sessionState, sessionTrouble } from "#console/ui/api/session.ts";
import { say } from "#console/ui/i18n/language.ts";
import { TroubleNotice, Waiting } from "#console/ui/widgets/answer.tsx";
import { Dialog } from "#console/ui/widgets/dialog.tsx";
import { FirstPassword } from "./first-password.tsx";
import { Frame } from "./frame.tsx";
import { LanguageChoice } from "./preferences.tsx";
import { SignIn } from "./sign-in.tsx";

export function App() {
  const wasSignedIn = useRef(false);
  if (isSignedIn.value) wasSignedIn.current = true;
  if (sessionState.value === null)
    return (
      <main class="door">
        <div class="card">
          {sessionTrouble.value === null ? <Waiting /> : <TroubleNotice trouble={sessionTrouble.value} />}
        </div>
      </main>
    );
  if (session.value?.mustChangePassword === true) return <FirstPassword />;
  if (wasSignedIn.current)
    return (
      <>
        <Frame />
        {isSignedIn.value ? null : <SignInAgain />}
      </>
    );
  return (
    <main class="door">
      <div class="card stack">
        <div class="row spread">
          <h1>{sessionState.value.unit}</h1>
          <LanguageChoice />
        </div>
        <SignIn />
      </div>
    </main>
  );
}

function SignInAgain() {
  const leave = (
    <button type="button" class="button" onClick={() => window.location.reload()}>
      {say(["変更を捨てて閉じる", "Discard what was entered and leave"])}
    </button>
  );
  return (
    <Dialog
      title={say(["もう一度サインインしてください", "Please sign in again"])}
      onClose={() => undefined}
      buttons={leave}
    >
      <p>
        {say([
          "サインインの有効時間が終わりました。入力した内容は残っています。",
          "Your session has ended. What you have entered is still there.",
        ])}
      </p>
      <SignIn />
    </Dialog>
  );
}
