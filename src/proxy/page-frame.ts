import { createHash } from "node:crypto";
import type { PageLanguage } from "#http/content-negotiation.ts";

/** What all pages of the proxy share: escaping, the style, the frame. Nothing in them is loaded from anywhere. */

/** Text as HTML text or as an attribute's value in double quotes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** Shape beside colour, so that a state is never told by colour alone. */
const ICONS = {
  ok: '<path d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm3.2 4.3L7 9.5 4.8 7.3 3.7 8.4 7 11.7l5.3-5.3Z"/>',
  stop: '<path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1Zm0 3L4 5.1 6.9 8 4 10.9 5.1 12 8 9.1l2.9 2.9 1.1-1.1L9.1 8 12 5.1 10.9 4 8 6.9Z"/>',
  warning: '<path d="M8 1 16 15H0Zm-.9 5v4.4h1.8V6Zm0 5.6v1.8h1.8v-1.8Z"/>',
} as const;

export type Icon = keyof typeof ICONS;

/** A state as icon, word and colour. `word` is text, not HTML. */
export const stateMark = (icon: Icon, word: string): string =>
  `<span class="state ${icon}"><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="currentColor" fill-rule="evenodd">${ICONS[icon]}</svg>${escapeHtml(word)}</span>`;

const STYLE = [
  ":root{color-scheme:light dark;--ink:#1c2430;--soft:#5a6675;--line:#d9dfe6;--paper:#fff;--ground:#f4f6f8;--accent:#0b5cad;--ok:#14713d;--warning:#8a5a00;--stop:#b3261e}",
  "@media(prefers-color-scheme:dark){:root{--ink:#e4e9ef;--soft:#9aa7b5;--line:#333e4a;--paper:#1a2129;--ground:#11161c;--accent:#7db8f5;--ok:#5fcf8f;--warning:#e5b454;--stop:#ff8a80}}",
  "*{box-sizing:border-box}",
  'body{margin:0;min-height:100vh;background:var(--ground);color:var(--ink);font:14px/1.6 system-ui,"Segoe UI","Noto Sans JP","Noto Sans CJK JP","Hiragino Sans","Yu Gothic UI","Yu Gothic",Meiryo,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}',
  ":lang(ja){line-height:1.75;line-break:strict;word-break:auto-phrase}",
  "main{max-width:680px;margin:0 auto;padding:48px 24px}",
  ".card{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:24px 28px}",
  ".mark{display:flex;align-items:center;gap:8px;margin:0 0 16px;font-weight:600}.mark svg{color:var(--accent)}",
  "h1{font-size:21px;line-height:1.4;font-weight:600;margin:4px 0 12px;text-wrap:balance}h2{font-size:14px;font-weight:600;margin:24px 0 4px}",
  "p{margin:0 0 12px;max-width:40em}.soft{color:var(--soft)}",
  ".state{display:inline-flex;align-items:center;gap:6px;font-weight:600}.ok{color:var(--ok)}.warning{color:var(--warning)}.stop{color:var(--stop)}",
  "dl{display:grid;grid-template-columns:max-content 1fr;margin:20px 0 0;border-top:1px solid var(--line)}dl>div{display:contents}dt,dd{padding:6px 0;border-bottom:1px solid var(--line);margin:0}dt{color:var(--soft);padding-right:24px}dl>div:last-child>*{border-bottom:0}",
  'code{font:13px/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}',
  "table{width:100%;border-collapse:collapse;margin:4px 0 0}th,td{text-align:left;font-weight:400;padding:5px 0;border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--soft);padding-right:24px}td{text-align:right;white-space:nowrap}td small{font-size:inherit;color:var(--soft);margin-left:4px}tr:last-child>*{border-bottom:0}",
  ".columns{display:grid;grid-template-columns:1fr 1fr;gap:0 40px}",
  "footer{color:var(--soft);font-size:12px;margin:12px 4px 0}a{color:var(--accent)}",
  "@media(max-width:560px){main{padding:16px 12px}.card{padding:20px 16px}.columns{display:block}dl{display:block}dt{padding:8px 0 0;border:0;font-size:12px}dd{padding:0 0 8px}}",
].join("");

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** Nothing may load, run, post or frame these pages; only their own style counts, and the empty icon. */
export const PAGE_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The parts of a page; `main` and `footer` are HTML, the others text. */
export interface Page {
  readonly language: PageLanguage;
  readonly title: string;
  readonly main: string;
  readonly footer: string;
}

const MARK =
  '<svg viewBox="0 0 32 20" width="32" height="20" aria-hidden="true"><circle cx="11" cy="10" r="8.5" fill="none" stroke="currentColor" stroke-width="2"/><circle cx="21" cy="10" r="8.5" fill="none" stroke="currentColor" stroke-width="2"/></svg>';

/** A whole document. */
export const framed = (page: Page): string =>
  `<!doctype html>
<html lang="${page.language}">
<head>
<meta charset="utf-8">
<title>${escapeHtml(page.title)}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="mark">${MARK}Futago</p>
<article class="card">
${page.main}
</article>
<footer>${page.footer}</footer>
</main>
</body>
</html>
`;
