/** The options of `futago cache purge` → the one selector that they name, or a sentence that says what is wrong. */
import { failure, type Outcome } from "#base/outcome.ts";
import type { PurgeSelector } from "#caching/cache-store.ts";
import { parsePurgeSelector } from "#control/cache-contract.ts";
import type { CommandArgs, CommandOption } from "./command.ts";

interface SelectorOption extends CommandOption {
  /** The selector as the control socket takes it, before it is checked. */
  readonly selector: (value: string) => object | string;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `90s`, `15min`, `12h`, `7d` → milliseconds; null for anything else. */
export function parseDuration(text: string): number | null {
  const [, amount = "", unit = ""] = /^(\d{1,9})\s*(s|min|h|d)$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit];
  return unitMs === undefined ? null : Number(amount) * unitMs;
}

function ageSelector(text: string): object | string {
  const olderThanMs = parseDuration(text);
  return olderThanMs === null
    ? `--older-than: found "${text}", expected a time such as 90s, 15min, 12h or 7d`
    : { by: "age", olderThanMs };
}

const SELECTORS: readonly SelectorOption[] = [
  {
    name: "url",
    value: "URL",
    summary: "What is stored for exactly this URL, all variants.",
    selector: (url) => ({ by: "url", url }),
  },
  {
    name: "prefix",
    value: "PREFIX",
    summary: "All URLs that begin so.",
    selector: (prefix) => ({ by: "prefix", prefix }),
  },
  {
    name: "host",
    value: "HOST",
    summary: "All URLs of the host, on any port.",
    selector: (host) => ({ by: "host", host }),
  },
  {
    name: "pattern",
    value: "PATTERN",
    summary: 'All URLs that match: "*" is any run of characters, "?" any one.',
    selector: (pattern) => ({ by: "pattern", pattern }),
  },
  {
    name: "tag",
    value: "TAG",
    summary: "All with this tag in Surrogate-Key or Cache-Tag.",
    selector: (tag) => ({ by: "tag", tag }),
  },
  {
    name: "content-type",
    value: "TYPE",
    summary: "All of this content type, such as image/png or image/*.",
    selector: (contentType) => ({ by: "content-type", contentType }),
  },
  {
    name: "older-than",
    value: "TIME",
    summary: "All that came or were validated longer ago, such as 90s, 15min, 12h or 7d.",
    selector: ageSelector,
  },
  { name: "all", value: null, summary: "Everything.", selector: () => ({ by: "all" }) },
];

/** For the table of options. */
export const SELECTOR_OPTIONS: readonly CommandOption[] = SELECTORS;

const named = SELECTORS.map(({ name }) => `--${name}`).join(", ");

/** The selector that is named: exactly one. A bare operand is a URL. */
export function selectorOf({ values, switches, operands }: CommandArgs): Outcome<PurgeSelector, string> {
  const given = SELECTORS.flatMap((option) => {
    if (option.value === null) return switches.has(option.name) ? [{ option, value: "" }] : [];
    const value = values.get(option.name) ?? (option.name === "url" ? operands[0] : undefined);
    return value === undefined ? [] : [{ option, value }];
  });
  const isUrlTwice = values.has("url") && operands.length > 0;
  const [first] = given;
  if (first === undefined) return failure(`say what to purge: a URL, or one of ${named}`);
  if (given.length > 1 || isUrlTwice) {
    const found = isUrlTwice ? "two URLs" : given.map(({ option }) => `--${option.name}`).join(" and ");
    return failure(`found ${found}, expected one of them: purge one after the other`);
  }
  const asked = first.option.selector(first.value);
  return typeof asked === "string" ? failure(asked) : parsePurgeSelector(asked);
}

/** What a selector means, behind "stored responses"; a blank before it. */
export function selectorText(selector: PurgeSelector): string {
  switch (selector.by) {
    case "url":
      return ` for ${selector.url}`;
    case "prefix":
      return ` whose URL begins with ${selector.prefix}`;
    case "host":
      return ` of the host ${selector.host}`;
    case "pattern":
      return ` whose URL matches ${selector.pattern}`;
    case "tag":
      return ` with the tag ${selector.tag}`;
    case "content-type":
      return ` of the type ${selector.contentType}`;
    case "age":
      return ` older than ${selector.olderThanMs / 1_000} s`;
    case "all":
      return "";
  }
}
