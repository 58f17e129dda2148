/** What can be wrong with host rules: above all, what one browser would read otherwise than another. */
import { classifyHost } from "#policy/host-literal.ts";
import { parseIpAddress } from "#policy/ip-address.ts";
import { parseNetwork } from "#policy/network.ts";
import { itemPath } from "#settings/settings-fault.ts";
import { hostRule, type RuleSetting } from "./host-rule.ts";

type Report = (path: string, found: unknown, expected: string) => void;

/** A name without a dot. */
export const PLAIN_TEXT = /^[^.]+$/;

const PATTERN = /^[a-z0-9_.*?:-]+$/i;

const isAscii = (text: string): boolean => [...text].every((char) => char <= "\x7f");

/** Whether it is a name that is no address in any spelling; in ASCII. */
export const isHostName = (text: string): boolean => isAscii(text) && classifyHost(text).kind === "name";

/** What is expected of a value, or null where it is right. */
function valueFault({ match, value }: RuleSetting): string | null {
  if (match === "plain") return value === undefined ? null : "no value: plain is all names without a dot";
  if (value === undefined) return `a value for ${match}`;
  if (match === "network")
    return parseNetwork(value) === null
      ? "a network without bits beyond its prefix, such as 10.0.0.0/8"
      : null;
  if (/\/|^[a-z]+:\/\//i.test(value))
    return "only a host: browsers give scripts no path (Firefox never, Chrome and Edge not for https)";
  if (!isAscii(value)) return "ASCII: browsers give scripts the xn-- form of a name";
  if (match === "pattern")
    return PATTERN.test(value)
      ? null
      : "letters, digits, . - _ : and the signs * and ?: browsers read any other sign each in its own way";
  const isHost = match === "exact" && parseIpAddress(value.replace(/^\[|\]$/g, "")) !== null;
  return isHost || isHostName(value.replace(match === "suffix" ? /^\./ : "", ""))
    ? null
    : match === "exact"
      ? "a host name or an address"
      : "a domain such as example.com or .example.com";
}

/** A text that is the same for rules that match the same hosts. */
const sameness = (rule: RuleSetting): string =>
  JSON.stringify({ ...hostRule(rule), via: "" }, (_, value) =>
    typeof value === "bigint" ? String(value) : value,
  );

/** Reports what is wrong with the rules at `path`; `proxies` are the names that they may use. */
export function checkRules(
  path: string,
  rules: readonly RuleSetting[],
  proxies: ReadonlySet<string>,
  report: Report,
): void {
  const seen = new Map<string, number>();
  for (const [index, rule] of rules.entries()) {
    const at = itemPath(path, index);
    const fault = valueFault(rule);
    if (rule.via !== "direct" && !proxies.has(rule.via))
      report(`${at}.via`, rule.via, "direct, or the name of a proxy of wpad.proxies");
    if (fault !== null) {
      report(`${at}.value`, rule.value, fault);
      continue;
    }
    const key = sameness(rule);
    const earlier = seen.get(key);
    if (earlier !== undefined)
      report(at, rule.value ?? rule.match, `a rule that ${itemPath(path, earlier)} does not already decide`);
    else seen.set(key, index);
  }
}
