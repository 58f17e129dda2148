/**
 * What is wrong with a value, in the administrator's language. The server says in English what it expects, in a
 * few fixed forms; they are said in Japanese here, and a sentence that is not known stays as it is.
 */
import type { Fault } from "#console/contract/problem.ts";
import { fillPhrase, type Language, type Phrase } from "#console/ui/i18n/phrase.ts";

export const UNIT_NAMES: Readonly<Record<string, Phrase>> = {
  ms: ["ミリ秒", "ms"],
  s: ["秒", "s"],
  min: ["分", "min"],
  h: ["時間", "h"],
  d: ["日", "d"],
};

/** Sentences that say the same each time. */
const SENTENCES: Readonly<Record<string, string>> = {
  "true or false": "する（true）またはしない（false）",
  "an IPv4 address such as 192.0.2.1": "IPv4 アドレス（例: 192.0.2.1）",
  "an IPv6 address such as 2001:db8::1": "IPv6 アドレス（例: 2001:db8::1）",
  'a network such as 10.0.0.0/8, or "default"': "ネットワーク（例: 10.0.0.0/8）、または default",
  "an address that is not floating": "F-IP ではないアドレス",
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
  "a host name or an address, such as proxy1.example.com or 192.0.2.1":
    "ホスト名またはアドレス（例: proxy1.example.com、192.0.2.1）",
  "a host name, a domain, a pattern or a network": "ホスト名、ドメイン、パターン、またはネットワーク",
  "direct, or the name of a proxy": "direct、またはプロキシの名前",
  "a host, or a domain such as .example.com": "ホスト名、または .example.com のようなドメイン",
  "the name of a proxy": "プロキシの名前",
  'a path such as "/" or "/wpad.dat"': "パス（例: /、/wpad.dat）",
  "a name without colons": "コロンを含まない名前",
  "the real address of the other unit, since enabled is true":
    "相手サーバの実IPアドレス（冗長化する場合は必須）",
  'at least one address with "home": "active"': "本来の持ち主が稼働系の F-IP（1 つ以上必要）",
  "an address other than peerAddress": "相手サーバ実IPアドレスとは別のアドレス",
  "no real address of another machine": "ほかのマシンの実IPアドレスではないアドレス",
  "whole seconds: 1000, 2000 and so on": "秒の単位（1 秒、2 秒、…）",
  "a loopback address, or else the networks of the clients in clients.allowedNetworks":
    "ループバックアドレス。それ以外では「利用を許可するネットワーク」にクライアントのネットワークも必要です",
  "the file that holds the password, since username is set": "パスワードのファイル（利用者名があるため必要）",
  "the user's name, since passwordFile is set": "利用者名（パスワードのファイルがあるため必要）",
  "an IPv4 address of this unit": "このユニットの IPv4 アドレス",
  "an IPv6 address of this unit": "このユニットの IPv6 アドレス",
};

/** Sentences with something in them: $1, $2 … are the parts. */
const FORMS: readonly (readonly [form: RegExp, japanese: string])[] = [
  [
    /^an address of another machine; this unit has it on (\S+)$/,
    "ほかのマシンのアドレス（このユニットの $1 に付いています）",
  ],
  [
    /^no real address; this unit has it on (\S+)$/,
    "実IPではないアドレス（このユニットの $1 に付いています）",
  ],
  [/^an address other than floatingAddresses\[\d+\]$/, "ほかの F-IP と重ならないアドレス"],
  [
    /^an address other than that of wpad\.proxies\[\d+\]: each fails over$/,
    "ほかのプロキシと重ならない F-IP（それぞれが引き継がれます）",
  ],
  [/^an address and port other than listen\[\d+\]$/, "ほかの待ち受けと重ならないアドレスとポート"],
  [/^what (\S+) does not have yet$/, "$1 と重ならない値"],
  [/^an IPv(\d) address of a router$/, "ルータの IPv$1 アドレス"],
  [/^a name other than .*$/, "ほかと重ならない名前"],
  [/^a prefix of at most (\d+) bits$/, "$1 ビット以下のプレフィックス"],
  [/^an interface that has an address: (.*)$/, "アドレスのあるインタフェース: $1"],
  [/^an address within (.*), the network of (\S+)$/, "$2 のネットワーク $1 の中のアドレス"],
  [/^(\d+), as (\S+) has it$/, "$2 と同じ $1"],
  [/^more than (\d+): they ascend$/, "$1 より大きい値（小さい順に並べます）"],
  [/^no more than ttlMaxMs, which is (\d+)$/, "最長の保持時間（$1 ミリ秒）以下"],
];

/** The sentence beside the field. */
export function faultText({ found, expected }: Fault, language: Language): string {
  const wanted = language === "ja" ? (inJapanese(expected) ?? expected) : expected;
  return fillPhrase(
    ["{found} は使えません。使える値: {wanted}", "{found} is not accepted; expected {wanted}"],
    language,
    { found: language === "ja" && found === "nothing" ? "空欄" : found, wanted },
  );
}

/** Null where the sentence is not known here. */
export function inJapanese(expected: string): string | null {
  const sentence = SENTENCES[expected] ?? rangeText(expected) ?? choicesText(expected);
  if (sentence !== null) return sentence;
  const form = FORMS.find(([pattern]) => pattern.test(expected));
  return form === undefined ? eitherText(expected) : expected.replace(form[0], form[1]);
}

const RANGE = /^a whole number(?: of [a-z ]+)? from (\d+) to (\d+)(?: \((.+) to (.+)\))?$/;

function rangeText(expected: string): string | null {
  const [, from, to, spokenFrom, spokenTo] = RANGE.exec(expected) ?? [];
  if (from === undefined || to === undefined) return null;
  return `${amountText(spokenFrom ?? from)} ～ ${amountText(spokenTo ?? to)} の整数`;
}

const amountText = (amount: string): string =>
  amount.replace(/ (ms|s|min|h|d)$/, (whole, unit: string) => ` ${UNIT_NAMES[unit]?.[0] ?? whole}`);

function choicesText(expected: string): string | null {
  return /^"[\w-]+"(?:, "[\w-]+")*(?: or "[\w-]+")?$/.test(expected)
    ? expected.replaceAll('"', "").replace(/, | or /g, "、")
    : null;
}

/** One thing or another, when both are known. */
function eitherText(expected: string): string | null {
  for (const { index } of expected.matchAll(/ or /g)) {
    const [left, right] = [inJapanese(expected.slice(0, index)), inJapanese(expected.slice(index + 4))];
    if (left !== null && right !== null) return `${left}、または${right}`;
  }
  return null;
}
