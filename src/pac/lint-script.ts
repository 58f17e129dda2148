/** What some browser would read otherwise than its author means, in any proxy script: each finding with its reason. */
import { FINDINGS_PER_RULE_MAX, SCRIPT_BYTES_MAX } from "./limits.ts";
import { scriptTokens, type Token } from "./script-tokens.ts";

export interface Finding {
  /** `error`: there are browsers that do not run it, or not as it is meant; `warning`: it works, at a price. */
  readonly level: "error" | "warning";
  readonly rule: string;
  /** 0 for the whole file. */
  readonly line: number;
  readonly text: string;
}

interface Rule {
  readonly name: string;
  readonly level: Finding["level"];
  readonly text: string;
  /** Whether the token at `at` is a place for the finding. */
  readonly isAt: (tokens: readonly Token[], at: number) => boolean;
}

/** What Windows' own reader and libraries of the time of ECMAScript 3 do not know. */
const LATER_SIGNS = new Set(["=>", "...", "**", "**=", "??", "??=", "?.", "&&=", "||=", "#", "@"]);
const LATER_WORDS = new Set([
  "let",
  "const",
  "class",
  "async",
  "await",
  "yield",
  "import",
  "export",
  "super",
]);
const LATER_METHODS = new Set(
  "includes startsWith endsWith trim trimStart trimEnd repeat padStart padEnd at forEach map filter some every find findIndex reduce flatMap keys values entries assign codePointAt replaceAll matchAll".split(
    " ",
  ),
);
const RESOLVING = new Set("dnsResolve isResolvable isInNet dnsResolveEx isResolvableEx isInNetEx".split(" "));
const BY_TIME = new Set(["weekdayRange", "dateRange", "timeRange"]);

const isSign = (token: Token | undefined, text: string): boolean =>
  token?.kind === "sign" && token.text === text;
const isWord = (token: Token | undefined, text: string): boolean =>
  token?.kind === "word" && token.text === text;

/** A call of one of those functions by its name alone. */
const isCall = (names: ReadonlySet<string>, tokens: readonly Token[], at: number): boolean =>
  tokens[at]?.kind === "word" &&
  names.has(tokens[at].text) &&
  isSign(tokens[at + 1], "(") &&
  !isSign(tokens[at - 1], ".") &&
  !isWord(tokens[at - 1], "function");

const isLater = (tokens: readonly Token[], at: number): boolean => {
  const token = tokens[at] as Token;
  if (token.kind === "template") return true;
  if (token.kind === "sign") {
    const closes = isSign(tokens[at + 1], "]") || isSign(tokens[at + 1], "}") || isSign(tokens[at + 1], ")");
    return LATER_SIGNS.has(token.text) || (token.text === "," && closes);
  }
  if (token.kind !== "word" || isSign(tokens[at + 1], ":")) return false;
  if (isSign(tokens[at - 1], ".")) return LATER_METHODS.has(token.text) && isSign(tokens[at + 1], "(");
  return LATER_WORDS.has(token.text);
};

/** The entries of a text that is a list of proxies; null for any other text. */
function proxyEntries({ kind, text }: Token): readonly string[] | null {
  if (kind !== "string" || !/^\s*(?:PROXY|HTTPS?|SOCKS[45]?|DIRECT)\b/i.test(text)) return null;
  return text.split(";").map((entry) => entry.trim());
}

const ENTRY = /^(?:DIRECT|(?:PROXY|HTTPS?|SOCKS[45]?)\s+(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+):[0-9]{1,5})$/i;
/** A text that a script goes on to add to, such as "PROXY " + host. */
const isBegun = (tokens: readonly Token[], at: number): boolean =>
  isSign(tokens[at + 1], "+") || isSign(tokens[at - 1], "+");

const RULES: readonly Rule[] = [
  {
    name: "later-language",
    level: "error",
    text: "is not in ECMAScript 3: Windows' own functions (WinINet, WinHTTP) and many libraries take no newer script",
    isAt: isLater,
  },
  {
    name: "proxy-list",
    level: "error",
    text: 'is no list such as "PROXY host:port; DIRECT": without a port, or with other signs, browsers skip the entry or take port 80',
    isAt: (tokens, at) =>
      !isBegun(tokens, at) &&
      proxyEntries(tokens[at] as Token)?.some(
        (entry, index) => !(ENTRY.test(entry) || (entry === "" && index > 0)),
      ) === true,
  },
  {
    name: "domain-without-dot",
    level: "error",
    text: 'dnsDomainIs compares ends: without a dot at its start, "example.com" is also the domain of badexample.com',
    isAt: (tokens, at) =>
      isCall(new Set(["dnsDomainIs"]), tokens, at) &&
      isSign(tokens[at + 3], ",") &&
      tokens[at + 4]?.kind === "string" &&
      tokens[at + 4]?.text.startsWith(".") === false,
  },
  {
    name: "path",
    level: "error",
    text: "looks at the URL: Firefox gives scripts no path at all, Chrome and Edge none of https, and WinINet decides once a host",
    isAt: (tokens, at) =>
      (isCall(new Set(["shExpMatch"]), tokens, at) && isWord(tokens[at + 2], "url")) ||
      (isWord(tokens[at], "url") &&
        isSign(tokens[at + 1], ".") &&
        /^(?:match|search|indexOf)$/.test(tokens[at + 2]?.text ?? "")),
  },
  {
    name: "trailing-direct",
    level: "warning",
    text: "ends with DIRECT: when all proxies fail for a moment, Chrome and Edge go around them for 5 minutes, Firefox for 30",
    isAt: (tokens, at) => {
      const entries = proxyEntries(tokens[at] as Token)?.filter((entry) => entry !== "") ?? [];
      return entries.length > 1 && /^DIRECT$/i.test(entries.at(-1) ?? "");
    },
  },
  {
    name: "resolves",
    level: "warning",
    text: "resolves names: every new host waits for a look-up in the browser",
    isAt: (tokens, at) => isCall(RESOLVING, tokens, at),
  },
  {
    name: "own-address",
    level: "warning",
    text: "asks for the client's address: with several networks, a VPN or IPv6 it is another one than the proxy sees, or 127.0.0.1",
    isAt: (tokens, at) => isCall(new Set(["myIpAddress", "myIpAddressEx"]), tokens, at),
  },
  {
    name: "time",
    level: "warning",
    text: "depends on the time: browsers remember what a script said for a host",
    isAt: (tokens, at) => isCall(BY_TIME, tokens, at),
  },
  {
    name: "socks-version",
    level: "warning",
    text: "SOCKS without a number is version 4 for some browsers and 5 for others",
    isAt: (tokens, at) =>
      proxyEntries(tokens[at] as Token)?.some((entry) => /^SOCKS\s/i.test(entry)) === true,
  },
  {
    name: "https-proxy",
    level: "warning",
    text: "HTTPS proxies are known to Chrome, Edge and Firefox, not to Windows' own functions",
    isAt: (tokens, at) =>
      proxyEntries(tokens[at] as Token)?.some((entry) => /^HTTPS\s/i.test(entry)) === true,
  },
];

function definesFunction(tokens: readonly Token[]): boolean {
  return tokens.some(
    (token, at) =>
      /^FindProxyForURL(?:Ex)?$/.test(token.text) &&
      (isWord(tokens[at - 1], "function") || isSign(tokens[at + 1], "=")),
  );
}

/** All findings, by line. `text` is the file, one character a byte (latin1) or decoded. */
export function lintScript(text: string): readonly Finding[] {
  const findings: Finding[] = [];
  const whole = (rule: string, why: string): void => {
    findings.push({ level: "error", rule, line: 0, text: why });
  };
  if (text.length > SCRIPT_BYTES_MAX)
    whole(
      "too-long",
      `${text.length} bytes: browsers ignore scripts of more than ${SCRIPT_BYTES_MAX} without a word`,
    );
  const foreign = [...text].findIndex((char) => char > "\x7f");
  if (foreign >= 0) {
    const line = [...text].slice(0, foreign).filter((char) => char === "\n").length + 1;
    findings.push({
      level: "error",
      rule: "not-ascii",
      line,
      text: "is not ASCII: browsers guess at the encoding, each in its own way",
    });
  }
  const tokens = scriptTokens(text);
  if (!tokens.ok) {
    findings.push({
      level: "error",
      rule: "syntax",
      line: tokens.error.line,
      text: `is no script from ${tokens.error.text} on`,
    });
    return findings;
  }
  if (!definesFunction(tokens.value)) whole("no-function", "there is no function FindProxyForURL");
  return [...findings, ...RULES.flatMap((rule) => findingsOf(rule, tokens.value))].sort(
    (a, b) => a.line - b.line,
  );
}

const findingsOf = (rule: Rule, tokens: readonly Token[]): readonly Finding[] =>
  tokens
    .filter((_, at) => rule.isAt(tokens, at))
    .slice(0, FINDINGS_PER_RULE_MAX)
    .map((token) => ({
      level: rule.level,
      rule: rule.name,
      line: token.line,
      text: `${JSON.stringify(token.text.slice(0, 40))} ${rule.text}`,
    }));
