/** What every page may want to know at once: the pair, alerts, figures, services, and a change that waits. */
import { signal } from "@preact/signals";
import type { Figures, SettingsNews } from "#console/contract/events.ts";
import type { Alert } from "#console/contract/host.ts";
import type { Pair } from "#console/contract/pair.ts";
import type { Service } from "#console/contract/proxy.ts";
import { type LiveFeed, openFeed } from "#console/ui/api/live.ts";
import { readSession } from "#console/ui/api/session.ts";

export interface News<T> {
  readonly data: T;
  /** By this browser's clock. */
  readonly at: number;
}

export const feed = signal<LiveFeed | null>(null);
export const pairNews = signal<News<Pair> | null>(null);
export const alertNews = signal<News<readonly Alert[]> | null>(null);
export const figureNews = signal<News<Figures> | null>(null);
export const settingsNews = signal<News<SettingsNews> | null>(null);
export const serviceNews = signal<News<readonly Service[]> | null>(null);

const fresh = <T>(data: T): News<T> => ({ data, at: Date.now() });

/** Opens the feed for who has signed in; the answer closes it. */
export function startNews(): () => void {
  const opened = openFeed({
    topics: ["pair", "figures", "alerts", "settings", "services"],
    handlers: {
      pair: (data) => {
        pairNews.value = fresh(data);
      },
      figures: (data) => {
        figureNews.value = fresh(data);
      },
      alerts: ({ alerts }) => {
        alertNews.value = fresh(alerts);
      },
      settings: (data) => {
        settingsNews.value = fresh(data);
      },
      services: ({ services }) => {
        serviceNews.value = fresh(services);
      },
      end: () => void readSession(),
    },
  });
  feed.value = opened;
  return () => {
    opened.close();
    feed.value = null;
  };
}
