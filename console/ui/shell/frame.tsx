/** Bar, navigation, and the page that the address names. */
import { useEffect, useRef, useState } from "preact/hooks";
import { isSignedIn, may } from "#console/ui/api/session.ts";
import { say } from "#console/ui/i18n/language.ts";
import { AskedQuestion } from "#console/ui/widgets/dialog.tsx";
import { Toasts } from "#console/ui/widgets/toast.tsx";
import { Bar } from "./bar.tsx";
import { startNews } from "./live-news.ts";
import { route } from "./location.ts";
import { OVERVIEW, PAGES, type PageEntry, SECTIONS } from "./navigation.ts";
import { PageView } from "./page-view.tsx";
import { PendingBanner } from "./pending-banner.tsx";
import { routeTo } from "./route.ts";

export function Frame() {
  const [isOpen, setOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const { path } = route.value;
  const page = PAGES.find((entry) => entry.path === path);
  const signedIn = isSignedIn.value;
  useEffect(() => (signedIn ? startNews() : undefined), [signedIn]);
  // The path is what it follows.
  useEffect(() => {
    setOpen(false);
    window.scrollTo(0, 0);
  }, [path]);
  return (
    <>
      <a
        class="skip"
        href={routeTo(path)}
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {say(["本文へ移動", "Skip to the page"])}
      </a>
      <div class="frame">
        <Bar isOpen={isOpen} onMenu={() => setOpen(!isOpen)} />
        <Navigation isOpen={isOpen} path={path} />
        <main class="main" ref={main} tabIndex={-1}>
          <PendingBanner />
          <PageView key={path} entry={page} />
        </main>
      </div>
      <AskedQuestion />
      <Toasts />
    </>
  );
}

function Navigation({ isOpen, path }: { readonly isOpen: boolean; readonly path: string }) {
  return (
    <nav id="navigation" class={isOpen ? "nav open" : "nav"} aria-label={say(["メニュー", "Menu"])}>
      <ul>
        <NavigationLink page={OVERVIEW} path={path} />
      </ul>
      {SECTIONS.map(({ name, groups }) => {
        const shown = groups
          .map((group) => ({ ...group, pages: group.pages.filter(({ needs }) => may(needs)) }))
          .filter(({ pages }) => pages.length > 0);
        if (shown.length === 0) return null;
        return (
          <section key={name[0]}>
            <h2>{say(name)}</h2>
            {shown.map((group) => (
              <div key={group.name?.[0] ?? ""}>
                {group.name === undefined ? null : <h3>{say(group.name)}</h3>}
                <ul>
                  {group.pages.map((page) => (
                    <NavigationLink key={page.path} page={page} path={path} />
                  ))}
                </ul>
              </div>
            ))}
          </section>
        );
      })}
    </nav>
  );
}

function NavigationLink({ page, path }: { readonly page: PageEntry; readonly path: string }) {
  const link = useRef<HTMLAnchorElement>(null);
  const isCurrent = page.path === path;
  // The navigation may be longer than the window.
  useEffect(() => {
    if (isCurrent) link.current?.scrollIntoView({ block: "nearest" });
  }, [isCurrent]);
  return (
    <li>
      <a ref={link} href={routeTo(page.path)} aria-current={isCurrent ? "page" : undefined}>
        {say(page.name)}
      </a>
    </li>
  );
}
