/**
 * The pages in the manual's order. A page is a row here and a folder under pages/; its script is loaded when
 * it is opened.
 */
import type { ComponentType } from "preact";
import type { EndpointName } from "#console/contract/endpoints.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";

export interface PageEntry {
  readonly path: string;
  readonly name: Phrase;
  /** Whoever may not ask this does not see the page. */
  readonly needs: EndpointName;
  readonly load: () => Promise<{ readonly Page: ComponentType }>;
}

export interface NavigationGroup {
  /** Absent where the pages stand directly under the section. */
  readonly name?: Phrase;
  readonly pages: readonly PageEntry[];
}

export interface NavigationSection {
  readonly name: Phrase;
  readonly groups: readonly NavigationGroup[];
}

export const OVERVIEW: PageEntry = {
  path: "/",
  name: ["概要", "Overview"],
  needs: "overview.read",
  load: () => import("#console/ui/pages/overview/overview-page.tsx"),
};

const ADMINISTRATORS: readonly PageEntry[] = [
  {
    path: "/administrators/users",
    name: ["利用者", "Accounts"],
    needs: "users.list",
    load: () => import("#console/ui/pages/users/users-page.tsx"),
  },
  {
    path: "/administrators/tokens",
    name: ["API トークン", "API tokens"],
    needs: "tokens.list",
    load: () => import("#console/ui/pages/tokens/tokens-page.tsx"),
  },
  {
    path: "/administrators/history",
    name: ["設定の履歴", "Settings history"],
    needs: "settings.history",
    load: () => import("#console/ui/pages/history/history-page.tsx"),
  },
  {
    path: "/administrators/audit",
    name: ["監査ログ", "Audit log"],
    needs: "audit.list",
    load: () => import("#console/ui/pages/audit/audit-page.tsx"),
  },
];

const PROXY: readonly PageEntry[] = [
  {
    path: "/proxy",
    name: ["プロキシサーバの状態", "Proxy server state"],
    needs: "proxy.read",
    load: () => import("#console/ui/pages/proxy/proxy-page.tsx"),
  },
  {
    path: "/proxy/basic",
    name: ["基本設定", "Basic settings"],
    needs: "settings.read",
    load: () => import("#console/ui/pages/proxy-basic/proxy-basic-page.tsx"),
  },
  {
    path: "/proxy/security",
    name: ["セキュリティ設定", "Security settings"],
    needs: "settings.read",
    load: () => import("#console/ui/pages/proxy-security/proxy-security-page.tsx"),
  },
  {
    path: "/proxy/details",
    name: ["詳細プロキシ設定", "Advanced proxy settings"],
    needs: "settings.read",
    load: () => import("#console/ui/pages/proxy-details/proxy-details-page.tsx"),
  },
  {
    path: "/proxy/explain",
    name: ["判定の説明", "Explain a request"],
    needs: "explain.url",
    load: () => import("#console/ui/pages/explain/explain-page.tsx"),
  },
];

const SERVICES: readonly PageEntry[] = [
  {
    path: "/services",
    name: ["サービス", "Services"],
    needs: "services.list",
    load: () => import("#console/ui/pages/services/services-page.tsx"),
  },
  {
    path: "/services/wpad",
    name: ["WPADサーバ", "WPAD server"],
    needs: "wpad.read",
    load: () => import("#console/ui/pages/wpad/wpad-page.tsx"),
  },
];

const STATE: readonly PageEntry[] = [
  {
    path: "/system/cpu",
    name: ["CPU/メモリ使用状況", "CPU and memory"],
    needs: "host.read",
    load: () => import("#console/ui/pages/cpu/cpu-page.tsx"),
  },
  {
    path: "/system/network-use",
    name: ["ネットワーク利用状況", "Network use"],
    needs: "host.read",
    load: () => import("#console/ui/pages/network-use/network-use-page.tsx"),
  },
  {
    path: "/system/disks",
    name: ["ディスク使用状況", "Disks"],
    needs: "host.read",
    load: () => import("#console/ui/pages/disks/disks-page.tsx"),
  },
  {
    path: "/system/connections",
    name: ["ネットワーク接続状況", "Connections"],
    needs: "network.connections",
    load: () => import("#console/ui/pages/connections/connections-page.tsx"),
  },
  {
    path: "/system/processes",
    name: ["プロセス実行状況", "Processes"],
    needs: "host.processes",
    load: () => import("#console/ui/pages/processes/processes-page.tsx"),
  },
  {
    path: "/system/access-statistics",
    name: ["プロキシアクセス統計", "Proxy access statistics"],
    needs: "access.read",
    load: () => import("#console/ui/pages/access-statistics/access-statistics-page.tsx"),
  },
  {
    path: "/system/name-resolution",
    name: ["名前解決診断", "Name resolution test"],
    needs: "network.resolver",
    load: () => import("#console/ui/pages/name-resolution/name-resolution-page.tsx"),
  },
  {
    path: "/system/routes",
    name: ["経路情報", "Routes"],
    needs: "network.routes",
    load: () => import("#console/ui/pages/routes/routes-page.tsx"),
  },
];

const NETWORK: readonly PageEntry[] = [
  {
    path: "/system/interfaces",
    name: ["インタフェース", "Interfaces"],
    needs: "interfaces.list",
    load: () => import("#console/ui/pages/interfaces/interfaces-page.tsx"),
  },
  {
    path: "/system/resolver",
    name: ["名前解決", "Name resolution"],
    needs: "settings.read",
    load: () => import("#console/ui/pages/resolver/resolver-page.tsx"),
  },
];

const OTHER: readonly PageEntry[] = [
  {
    path: "/system/information",
    name: ["システム情報", "System information"],
    needs: "host.read",
    load: () => import("#console/ui/pages/information/information-page.tsx"),
  },
  {
    path: "/system/logs",
    name: ["ログ管理", "Logs"],
    needs: "logs.list",
    load: () => import("#console/ui/pages/logs/logs-page.tsx"),
  },
  {
    path: "/system/cache",
    name: ["キャッシュデータ削除", "Cache data"],
    needs: "cache.read",
    load: () => import("#console/ui/pages/cache/cache-page.tsx"),
  },
  {
    path: "/system/backup",
    name: ["バックアップ/リストア", "Backup and restore"],
    needs: "backup.create",
    load: () => import("#console/ui/pages/backup/backup-page.tsx"),
  },
  {
    path: "/system/password",
    name: ["管理者パスワード", "Password and codes"],
    needs: "account.password",
    load: () => import("#console/ui/pages/password/password-page.tsx"),
  },
  {
    path: "/system/redundancy",
    name: ["システム冗長化設定", "Redundancy"],
    needs: "pair.read",
    load: () => import("#console/ui/pages/redundancy/redundancy-page.tsx"),
  },
  {
    path: "/system/certificate",
    name: ["管理コンソールの証明書", "Console certificate"],
    needs: "certificate.read",
    load: () => import("#console/ui/pages/certificate/certificate-page.tsx"),
  },
];

export const SECTIONS: readonly NavigationSection[] = [
  { name: ["システム管理者", "Administrators"], groups: [{ pages: ADMINISTRATORS }] },
  { name: ["プロキシ", "Proxy"], groups: [{ pages: PROXY }] },
  { name: ["サービス", "Services"], groups: [{ pages: SERVICES }] },
  {
    name: ["パッケージ", "Packages"],
    groups: [
      {
        pages: [
          {
            path: "/packages",
            name: ["パッケージ", "Packages"],
            needs: "package.read",
            load: () => import("#console/ui/pages/packages/packages-page.tsx"),
          },
        ],
      },
    ],
  },
  {
    name: ["システム", "System"],
    groups: [
      {
        pages: [
          {
            path: "/system/power",
            name: ["システム停止/再起動", "Stop and restart"],
            needs: "host.power",
            load: () => import("#console/ui/pages/power/power-page.tsx"),
          },
        ],
      },
      { name: ["状態", "State"], pages: STATE },
      { name: ["ネットワーク", "Network"], pages: NETWORK },
      { name: ["その他", "Other"], pages: OTHER },
    ],
  },
];

/** Every page, in the order of the navigation. */
export const PAGES: readonly PageEntry[] = [
  OVERVIEW,
  ...SECTIONS.flatMap(({ groups }) => groups.flatMap(({ pages }) => pages)),
];

/** The headings above a page in the navigation; empty for the first page. */
export function headingsOf(path: string): readonly Phrase[] {
  for (const { name, groups } of SECTIONS)
    for (const group of groups)
      if (group.pages.some((page) => page.path === path))
        return group.name === undefined ? [name] : [name, group.name];
  return [];
}
