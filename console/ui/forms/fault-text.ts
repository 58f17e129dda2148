/** What is wrong with a value, in the administrator's language: from the schema where it can say it. */
import type { Fault } from "#console/contract/problem.ts";
import { fillPhrase, type Language, type Phrase } from "#console/ui/i18n/phrase.ts";
import { choicesOf, fittingUnit, lastName, nodeAt, type SchemaNode, unitsOf } from "./json-schema.ts";

export const UNIT_NAMES: Readonly<Record<string, Phrase>> = {
  ms: ["ミリ秒", "ms"],
  s: ["秒", "s"],
  min: ["分", "min"],
  h: ["時間", "h"],
  d: ["日", "d"],
};

/** The schema's own words for forms of text, in Japanese. */
export const FORMS: Readonly<Record<string, string>> = {
  "an IPv4 or IPv6 address": "IPv4 または IPv6 アドレス",
  "an IPv4 or IPv6 address, such as 192.0.2.2": "IPv4 または IPv6 アドレス（例: 192.0.2.2）",
  "an IPv4 or IPv6 address, such as 192.0.2.100": "IPv4 または IPv6 アドレス（例: 192.0.2.100）",
  "an address or a network, such as 10.0.0.0/8 or fd00::/8":
    "アドレスまたはネットワーク（例: 10.0.0.0/8、fd00::/8）",
  '1 to 64 letters, digits, ".", "_" or "-"': "半角英数字と「.」「_」「-」で 1～64 文字",
  "a path": "ファイルのパス",
  "the name of an interface, such as eth0 or bond0": "インタフェース名（例: eth0、bond0）",
  "http://host:port or https://host:port, without a user name or a path":
    "http://ホスト:ポート または https://ホスト:ポート（利用者名やパスは含めない）",
  "a host, a domain such as .example.com, or *": "ホスト名、.example.com のようなドメイン、または *",
  "an address, address:port or [IPv6 address]:port":
    "アドレス、アドレス:ポート、または [IPv6 アドレス]:ポート",
  'a range of ports such as "1025-65535"': "ポートの範囲（例: 1025-65535）",
  'a method such as "GET", or "*"': "メソッド（例: GET）、または *",
  'a protocol such as "websocket"': "プロトコル名（例: websocket）",
  'a field name such as "CDN-Cache-Control"': "フィールド名（例: CDN-Cache-Control）",
  'a URL pattern such as "http://updates.example/*"': "URL のパターン（例: http://updates.example/*）",
  "a name without colons": "コロンを含まない名前",
};

/** The sentence beside the field. */
export function faultText({ path, found, expected }: Fault, schema: SchemaNode, language: Language): string {
  const node = nodeAt(schema, path.replace(/\[\d+\]/g, "[]"));
  const inWords = language === "ja" && node !== null ? inJapanese(node, lastName(path)) : null;
  return fillPhrase(
    ["{found} は使えません。使える値: {wanted}", "{found} is not accepted; expected {wanted}"],
    language,
    { found, wanted: inWords ?? expected },
  );
}

/** Null where the schema does not say it in words that are known here. */
function inJapanese(node: SchemaNode, key: string): string | null {
  const choices = choicesOf(node);
  if (choices !== null) return choices.join("、");
  if (node.anyOf !== undefined) {
    const each = node.anyOf.map((one) => inJapanese(one, key));
    return each.includes(null) ? null : each.join("、または");
  }
  if (node.type === "integer") return rangeText(node, key);
  if (node.type === "boolean") return "true または false";
  if (node.format !== undefined) return node.format === "ipv4" ? "IPv4 アドレス" : "IPv6 アドレス";
  return node.form === undefined ? null : (FORMS[node.form] ?? null);
}

function rangeText({ minimum = 0, maximum }: SchemaNode, key: string): string {
  const from = amountText(minimum, key);
  return maximum === undefined ? `${from} 以上の整数` : `${from} ～ ${amountText(maximum, key)} の整数`;
}

function amountText(amount: number, key: string): string {
  const units = unitsOf(key);
  if (units === null) return String(amount);
  const unit = fittingUnit(amount, units);
  return `${amount / unit.size} ${UNIT_NAMES[unit.name]?.[0] ?? unit.name}`;
}
