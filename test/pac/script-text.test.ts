import t from "tap";
import { ALL_WELL, clientOrder } from "#pac/client-order.ts";
import { lintScript } from "#pac/lint-script.ts";
import { planFor, plansOf } from "#pac/plan.ts";
import { scriptText } from "#pac/script-text.ts";
import { scriptTokens } from "#pac/script-tokens.ts";
import { wpadSettings } from "./wpad-samples.ts";

const RULES = [
  { match: "exact", value: "www.example.com" },
  { match: "suffix", value: "intra.example" },
  { match: "pattern", value: "*.dev.*", via: "a" },
  { match: "network", value: "10.0.0.0/8" },
];

const script = (changes: object): string => {
  const plan = planFor(plansOf(wpadSettings(changes).wpad), "10.0.0.1");
  return scriptText(plan, clientOrder(plan, "10.0.0.1", ALL_WELL));
};

t.test("scripts are ASCII, of ECMAScript 3, and use nothing of the browser's", async (t) => {
  for (const balance of ["parity", "rendezvous", "host", "none"]) {
    const text = script({ balance, rules: RULES });
    t.match(text, /^[\n\x20-\x7e]+$/);
    t.strictSame(lintScript(text), [], balance);
    const words = scriptTokens(text);
    const used = words.ok
      ? new Set(words.value.filter(({ kind }) => kind === "word").map((token) => token.text))
      : new Set();
    for (const name of [
      "isPlainHostName",
      "dnsDomainIs",
      "isInNet",
      "shExpMatch",
      "dnsResolve",
      "myIpAddress",
      "url",
    ])
      if (name !== "url") t.notOk(used.has(name), `${balance}: ${name}`);
  }
});

t.test("names are resolved only where the settings say so", async (t) => {
  t.notMatch(script({ rules: RULES }), "dnsResolve");
  t.match(script({ rules: RULES, resolveNames: true }), /dnsResolve\(name\)/);
  t.notMatch(
    script({ resolveNames: true, directNetworks: [] }),
    "dnsResolve",
    "without a network there is nothing to compare",
  );
});

t.test("a trailing DIRECT is there only by choice", async (t) => {
  t.notMatch(script({ rules: [] }), "; DIRECT");
  t.match(script({ trailingDirect: true }), "PROXY 192.168.0.1:8080; DIRECT");
});

t.test("only the parts that the rules need are in a script", async (t) => {
  const bare = script({ plainHostsDirect: false, directNetworks: [] });
  t.ok(bare.length < 900, `${bare.length} bytes`);
  t.notMatch(bare, "futagoWithin");
  t.match(script({}), "futagoWithin");
});

t.test("HTTPS proxies and IPv6 are written as browsers read them", async (t) => {
  const proxies = [{ name: "v6", host: "2001:DB8::5", port: 3128, scheme: "https" }];
  t.match(script({ proxies }), '"HTTPS [2001:db8::5]:3128"');
  t.match(script({ proxies }), /^function FindProxyForURLEx\(url, host\)/m);
});
