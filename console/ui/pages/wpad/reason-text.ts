/** Why the evaluator decides so, in Japanese; a part that is not known here stays in the server's words. */
const FORMS: readonly (readonly [form: RegExp, japanese: string])[] = [
  [
    /^no rule is for the host: the proxies by the last octet of the client's address$/,
    "合う規則がないため、クライアントのアドレスの末尾（偶数・奇数）で選びます",
  ],
  [
    /^no rule is for the host: the proxies by the client's address and the weights$/,
    "合う規則がないため、クライアントのアドレスと重みで選びます",
  ],
  [
    /^no rule is for the host: the proxies by the host and the weights$/,
    "合う規則がないため、宛先ホストと重みで選びます",
  ],
  [
    /^no rule is for the host: the proxies in the order of the settings$/,
    "合う規則がないため、設定の順に使います",
  ],
  [/^rule (\d+): names without a dot$/, "規則 $1（ドットの無い名前）に合います"],
  [/^rule (\d+): (?:the host|the pattern|the network) (.*)$/, "規則 $1（$2）に合います"],
  [/^rule (\d+): (.*) and all below it$/, "規則 $1（$2 以下）に合います"],
  [/^(\S+) is last, because its unit is not well$/, "$1 はユニットが正常でないため最後です"],
];

export function reasonInJapanese(reason: string): string {
  const [, profile, rest = ""] = /^(?:profile (\S+): )?(.*)$/s.exec(reason) ?? [];
  const parts = rest.split("; ").map((part) => {
    const form = FORMS.find(([pattern]) => pattern.test(part));
    return form === undefined ? part : part.replace(form[0], form[1]);
  });
  return `${profile === undefined ? "" : `プロファイル ${profile}: `}${parts.join("。")}`;
}
