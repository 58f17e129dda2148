/** What stands above every page: which unit this is, how it works, whether the news is fresh, who is here. */
import { session, sessionState, signOut } from "#console/ui/api/session.ts";
import { say } from "#console/ui/i18n/language.ts";
import { Button } from "#console/ui/widgets/button.tsx";
import { Icon } from "#console/ui/widgets/icon.tsx";
import { StateBadge } from "#console/ui/widgets/state-badge.tsx";
import { Age } from "#console/ui/widgets/time.tsx";
import { feed, pairNews } from "./live-news.ts";
import { operationBadge } from "./operation.ts";
import { operationOf } from "./pair-groups.ts";
import { LanguageChoice, ThemeChoice } from "./preferences.tsx";
import { ROLE_NAMES } from "./role-names.ts";
import { routeTo } from "./route.ts";

export function Bar({ isOpen, onMenu }: { readonly isOpen: boolean; readonly onMenu: () => void }) {
  const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href;
  const who = session.value;
  return (
    <header class="bar">
      <button
        type="button"
        class="button quiet menu-button"
        aria-expanded={isOpen}
        aria-controls="navigation"
        onClick={onMenu}
      >
        <Icon name="menu" />
        {say(["メニュー", "Menu"])}
      </button>
      <a class="brand" href={routeTo("/")}>
        <img src={icon} alt="" />
        {sessionState.value?.unit ?? "Futago"}
      </a>
      <OwnState />
      <NewsState />
      <div class="tools">
        <LanguageChoice />
        <ThemeChoice />
        {who === null ? null : (
          <>
            <a href={routeTo("/system/password")}>
              {who.user} ({say(ROLE_NAMES[who.role])})
            </a>
            <Button look="quiet" small onPress={signOut}>
              {say(["サインアウト", "Sign out"])}
            </Button>
          </>
        )}
      </div>
    </header>
  );
}

function OwnState() {
  const pair = pairNews.value?.data;
  if (pair === undefined || !pair.enabled) return null;
  const { tone, word } = operationBadge(operationOf(pair.status, "own"));
  return <StateBadge tone={tone}>{say(word)}</StateBadge>;
}

/** Silent while all is well. */
function NewsState() {
  const current = feed.value;
  if (current === null || current.state.value !== "lost") return null;
  return (
    <StateBadge tone="unknown">
      {say(["管理コンソールと切断中", "Console not reached"])}{" "}
      {current.heardAt.value === 0 ? null : <Age at={current.heardAt.value} />}
    </StateBadge>
  );
}
