import type { PageLanguage } from "#http/content-negotiation.ts";
import { escapeHtml, framed, stateMark } from "./page-frame.ts";

/** The unit's own small status page: aggregates only, nothing of any client. */

/** What a unit tells about itself. */
export interface UnitStatus {
  /** The unit's name. */
  readonly unit: string;
  /** The version of the software; not shown when it is not known. */
  readonly softwareVersion?: string | undefined;
  /** Running when it is not given. */
  readonly state?: "running" | "draining" | undefined;
  readonly uptimeMs: number;
  /** By counter name, summed over the workers. */
  readonly counters: Readonly<Record<string, number>>;
  /** Wall clock, milliseconds since the epoch. */
  readonly wallMs: number;
}

type Unit = "count" | "bytes";

interface Row {
  readonly counter: string;
  readonly unit: Unit;
  readonly en: string;
  readonly ja: string;
}

const row = (counter: string, unit: Unit, en: string, ja: string): Row => ({ counter, unit, en, ja });

/** What the page and the JSON show, a column each of "now" and "since the start". */
const NOW = [
  row("client_connections_open", "count", "Client connections", "クライアント接続"),
  row("transactions_open", "count", "Transactions", "トランザクション"),
  row("tunnels_open", "count", "Tunnels", "トンネル"),
  row("upstream_connections_open", "count", "Upstream connections", "接続先への接続"),
] as const;

const SINCE_START = [
  row("client_connections", "count", "Client connections", "クライアント接続"),
  row("transactions", "count", "Transactions", "トランザクション"),
  row("tunnels", "count", "Tunnels", "トンネル"),
  row("upstream_connections", "count", "Upstream connections", "接続先への接続"),
  row("client_bytes_received", "bytes", "Received from clients", "クライアントから受信"),
  row("client_bytes_sent", "bytes", "Sent to clients", "クライアントへ送信"),
] as const;

const WORDS = {
  en: {
    running: "Running",
    draining: "Draining",
    title: "proxy status",
    up: "Up for",
    version: "Version",
    asOf: "As of",
    now: "Now",
    sinceStart: "Since start",
    use: "This is a forward proxy. To use it, enter its address in the proxy settings of your browser or system.",
  },
  ja: {
    running: "稼働中",
    draining: "停止処理中",
    title: "プロキシの状態",
    up: "稼働時間",
    version: "バージョン",
    asOf: "取得日時",
    now: "現在",
    sinceStart: "起動からの累計",
    use: "これはフォワードプロキシです。利用するには、ブラウザまたはシステムのプロキシ設定にこのアドレスを入力してください。",
  },
} as const;

/** The page as HTML. */
export function statusPage(status: UnitStatus, language: PageLanguage): string {
  const words = WORDS[language];
  const state = status.state ?? "running";
  const iso = new Date(status.wallMs).toISOString();
  const facts = [
    [words.up, escapeHtml(durationText(status.uptimeMs, language))],
    [words.version, escapeHtml(status.softwareVersion ?? "")],
    [words.asOf, `<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")} UTC</time>`],
  ]
    .filter(([, html]) => html !== "")
    .map(([label, html]) => `<div><dt>${label}</dt><dd>${html}</dd></div>`);
  return framed({
    language,
    title: `${status.unit}: ${words.title}`,
    main: `${stateMark(state === "running" ? "ok" : "warning", words[state])}
<h1>${escapeHtml(status.unit)}</h1>
<p class="soft">${words.use}</p>
<dl>${facts.join("")}</dl>
<div class="columns">
<section><h2>${words.now}</h2>${table(NOW, status, language)}</section>
<section><h2>${words.sinceStart}</h2>${table(SINCE_START, status, language)}</section>
</div>`,
    footer: '<a href="/status.json">/status.json</a>',
  });
}

/** The same for programs. */
export function statusJson(status: UnitStatus): string {
  const counters = [...NOW, ...SINCE_START].map(({ counter }) => [counter, status.counters[counter] ?? 0]);
  const members = {
    unit: status.unit,
    version: status.softwareVersion,
    state: status.state ?? "running",
    uptimeSeconds: Math.floor(status.uptimeMs / 1_000),
    time: new Date(status.wallMs).toISOString(),
    counters: Object.fromEntries(counters),
  };
  return `${JSON.stringify(members, null, 2)}\n`;
}

function table(rows: readonly Row[], status: UnitStatus, language: PageLanguage): string {
  const lines = rows.map((entry) => {
    const value = status.counters[entry.counter] ?? 0;
    const text = entry.unit === "bytes" ? bytesText(value) : countText(value);
    return `<tr><th scope="row">${entry[language]}</th><td>${text}</td></tr>`;
  });
  return `<table>${lines.join("")}</table>`;
}

const countText = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 0 });

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** Three significant digits are enough to read; the exact number is in the JSON. */
function bytesText(bytes: number): string {
  let value = bytes;
  let power = 0;
  while (value >= 1_000 && power < BYTE_UNITS.length - 1) {
    value /= 1_024;
    power += 1;
  }
  const digits = power === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}<small>${BYTE_UNITS[power]}</small>`;
}

/** The two largest units that are not zero: "3 d 4 h", "3 日 4 時間". */
function durationText(milliseconds: number, language: PageLanguage): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const names = language === "ja" ? ["日", "時間", "分", "秒"] : ["d", "h", "min", "s"];
  const values = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const largest = values.findIndex((value) => value > 0);
  const first = largest === -1 ? values.length - 1 : largest;
  return values
    .slice(first, first + 2)
    .map((value, index) => `${value} ${names[first + index]}`)
    .join(" ");
}
