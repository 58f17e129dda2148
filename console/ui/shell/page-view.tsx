/** One page: where it is, its name, and its script once that has come. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { may } from "#console/ui/api/session.ts";
import { say } from "#console/ui/i18n/language.ts";
import { Waiting } from "#console/ui/widgets/answer.tsx";
import { Button } from "#console/ui/widgets/button.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { headingsOf, OVERVIEW, type PageEntry } from "./navigation.ts";
import { routeTo } from "./route.ts";

export function PageView({ entry }: { readonly entry: PageEntry | undefined }) {
  if (entry === undefined)
    return (
      <Notice tone="caution">
        <p>{say(["このページはありません。", "There is no such page."])}</p>
        <a href={routeTo(OVERVIEW.path)}>{say(["概要へ", "To the overview"])}</a>
      </Notice>
    );
  return <KnownPage entry={entry} />;
}

type Loaded =
  | { readonly at: "loading" }
  | { readonly at: "failed" }
  | { readonly at: "here"; readonly Page: ComponentType };

function KnownPage({ entry }: { readonly entry: PageEntry }) {
  const [loaded, setLoaded] = useState<Loaded>({ at: "loading" });
  const load = async (): Promise<void> => {
    setLoaded({ at: "loading" });
    try {
      const { Page } = await entry.load();
      setLoaded({ at: "here", Page });
    } catch {
      // After an update the names have changed: a reload fetches the new ones.
      setLoaded({ at: "failed" });
    }
  };
  // Loaded once; the frame makes a view for each page.
  useEffect(() => void load(), []);
  const name = say(entry.name);
  useEffect(() => {
    document.title = `${name} – Futago`;
  }, [name]);
  return (
    <>
      <header class="page-head">
        <p class="where">
          {headingsOf(entry.path)
            .map((heading) => say(heading))
            .join(" › ")}
        </p>
        <h1>{name}</h1>
      </header>
      {may(entry.needs) ? <Content loaded={loaded} onRetry={load} /> : <NotPermitted />}
    </>
  );
}

function Content({ loaded, onRetry }: { readonly loaded: Loaded; readonly onRetry: () => Promise<void> }) {
  if (loaded.at === "loading") return <Waiting />;
  if (loaded.at === "here") return <loaded.Page />;
  return (
    <Notice tone="fault" urgent>
      <p>{say(["ページを読み込めませんでした。", "The page could not be loaded."])}</p>
      <div class="row">
        <Button onPress={onRetry}>{say(["もう一度読み込む", "Try again"])}</Button>
        <Button onPress={() => window.location.reload()}>
          {say(["画面全体を読み直す", "Reload everything"])}
        </Button>
      </div>
    </Notice>
  );
}

function NotPermitted() {
  return (
    <Notice tone="caution">
      {say([
        "このページを見る権限がありません。管理者に依頼してください。",
        "Your role does not permit this page; ask an administrator.",
      ])}
    </Notice>
  );
}
