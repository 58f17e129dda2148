import type { CloseReason } from "#http/close-reason.ts";
import { CLOSE_REASONS } from "#http/close-reason.ts";
import type { PageLanguage } from "#http/content-negotiation.ts";
import { escapeHtml, framed, stateMark } from "./page-frame.ts";

/** The page that a person reads when a request could not be served. */

/** All that the page shows; every text is shown escaped. */
export interface ErrorPage {
  readonly language: PageLanguage;
  readonly reason: CloseReason;
  readonly status: number;
  readonly phrase: string;
  readonly unit: string;
  /** What was asked for, already shortened and without credentials. */
  readonly target: string;
  /** For the administrator; may be empty. */
  readonly detail: string;
  /** May be empty. */
  readonly requestId: string;
  readonly wallMs: number;
}

interface Bilingual {
  readonly en: string;
  readonly ja: string;
}

/** What the person can do, by the kind of failure. */
const ADVICE = {
  request: {
    en: "The browser or application sent a request that this proxy does not accept. Reload the page; if that does not help, give your administrator the code below.",
    ja: "ブラウザまたはアプリケーションから、このプロキシで受け付けられないリクエストが送信されました。再読み込みしても解決しない場合は、下記のコードを管理者にお知らせください。",
  },
  size: {
    en: "What was sent is too large for this proxy. Delete the cookies of this site or send less at once; if that does not help, give your administrator the code below.",
    ja: "送信された内容がこのプロキシの上限を超えています。このサイトの Cookie を削除するか、一度に送る量を減らしてください。解決しない場合は、下記のコードを管理者にお知らせください。",
  },
  slow: {
    en: "Check your network connection and try again.",
    ja: "ネットワークの接続を確認して、もう一度お試しください。",
  },
  busy: {
    en: "Wait a moment, then try again. If it goes on, tell your administrator.",
    ja: "しばらく待ってから、もう一度お試しください。続く場合は管理者にお知らせください。",
  },
  rule: {
    en: "The rules of this network do not allow it. If you need access, ask your administrator and give the code below.",
    ja: "このネットワークの規則で許可されていません。アクセスが必要な場合は、下記のコードを添えて管理者にご相談ください。",
  },
  loop: {
    en: "The proxy settings of this network send requests round in a circle. Give your administrator the code below.",
    ja: "プロキシの設定により、リクエストが循環しています。下記のコードを管理者にお知らせください。",
  },
  address: {
    en: "Check the address for typing errors. If it is right, the site may have moved or may be unknown to this network.",
    ja: "アドレスに入力の誤りがないか確認してください。正しい場合は、サイトが移転したか、このネットワークから参照できない可能性があります。",
  },
  site: {
    en: "The site may be down or too busy. Try again in a few minutes. If other sites fail as well, tell your administrator.",
    ja: "サイトが停止しているか、混み合っている可能性があります。数分後にもう一度お試しください。他のサイトも表示できない場合は、管理者にお知らせください。",
  },
  certificate: {
    en: "The identity of the site could not be verified, so nothing was sent to it. If you trust this site, ask your administrator.",
    ja: "サイトの身元を確認できないため、何も送信していません。このサイトが必要な場合は、管理者にご相談ください。",
  },
  unit: {
    en: "This is a fault of the proxy, not of the site. Try again; if it goes on, give your administrator the code and the time below.",
    ja: "サイトではなくプロキシ側の問題です。もう一度お試しください。続く場合は、下記のコードと日時を管理者にお知らせください。",
  },
  here: {
    en: "This address belongs to the proxy itself. If you wanted another site, check the address.",
    ja: "このアドレスはプロキシ自身のものです。別のサイトを開く場合は、アドレスを確認してください。",
  },
} as const satisfies Record<string, Bilingual>;

const BY_REASON: Partial<Record<CloseReason, keyof typeof ADVICE>> = {
  "dns-not-found": "address",
  "dns-failed": "busy",
  "dns-timeout": "busy",
  "tls-certificate": "certificate",
  "parent-failed": "busy",
  "loop-detected": "loop",
  "internal-error": "unit",
  "not-found": "here",
};

const BY_STATUS: Readonly<Record<number, keyof typeof ADVICE>> = {
  403: "rule",
  405: "rule",
  408: "slow",
  413: "size",
  414: "size",
  431: "size",
  502: "site",
  503: "busy",
  504: "site",
};

/** What the person can do about it, as one or two sentences. */
export function adviceFor(reason: CloseReason, language: PageLanguage): string {
  const kind = BY_REASON[reason] ?? BY_STATUS[CLOSE_REASONS[reason].status] ?? "request";
  return ADVICE[kind][language];
}

/** The reason as one sentence. */
export function sentenceFor(reason: CloseReason, language: PageLanguage): string {
  const { text, ja } = CLOSE_REASONS[reason];
  return language === "ja" ? ja : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const LABELS = {
  target: { en: "Requested", ja: "宛先" },
  code: { en: "Code", ja: "コード" },
  detail: { en: "Detail", ja: "詳細" },
  unit: { en: "Unit", ja: "装置" },
  request: { en: "Request", ja: "リクエスト" },
  time: { en: "Time", ja: "日時" },
} as const satisfies Record<string, Bilingual>;

const FOOTER: Bilingual = {
  en: "This page comes from the proxy server of your network, not from the site.",
  ja: "このページは、サイトではなく、ご利用のネットワークのプロキシサーバーが表示しています。",
};

/** The page as HTML. */
export function errorPage(page: ErrorPage): string {
  const { language, reason, status } = page;
  const sentence = sentenceFor(reason, language);
  const iso = new Date(page.wallMs).toISOString();
  const rows = [
    ["target", page.target === "" ? "" : `<code>${escapeHtml(page.target)}</code>`],
    ["code", `<code>${escapeHtml(reason)}</code>`],
    ["detail", escapeHtml(page.detail)],
    ["unit", escapeHtml(page.unit)],
    ["request", page.requestId === "" ? "" : `<code>${escapeHtml(page.requestId)}</code>`],
    ["time", `<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")} UTC</time>`],
  ] as const;
  const list = rows
    .filter(([, html]) => html !== "")
    .map(([label, html]) => `<div><dt>${LABELS[label][language]}</dt><dd>${html}</dd></div>`);
  return framed({
    language,
    title: `${status} ${sentence}`,
    main: `${stateMark(status < 500 ? "warning" : "stop", `${status} ${page.phrase}`)}
<h1>${escapeHtml(sentence)}</h1>
<p>${escapeHtml(adviceFor(reason, language))}</p>
<dl>${list.join("")}</dl>`,
    footer: FOOTER[language],
  });
}
