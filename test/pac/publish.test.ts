import { readFileSync } from "node:fs";
import t from "tap";
import { publishFacts, publishSnippets } from "#pac/publish.ts";
import { PAIR, wpadSettings } from "./wpad-samples.ts";

const README = readFileSync("README.md", "utf8");

const redundancy = {
  enabled: true,
  peerAddress: "192.0.2.2",
  floatingAddresses: [{ address: "192.0.2.100" }],
};

t.test("the snippets in README.md are those that the command prints", async (t) => {
  const facts = publishFacts(wpadSettings({}, { redundancy }));
  if (facts === null) throw new Error("no address");
  for (const { title, text } of publishSnippets(facts, "example.com"))
    t.ok(README.includes(`# ${title}\n${text}\n`), title);
});

t.test("the address is the floating one, else what is listened on, else this unit's", async (t) => {
  const url = (changes: object, others: object = {}): string | undefined =>
    publishFacts(wpadSettings(changes, others))?.url;
  t.equal(url({}, { redundancy }), "http://192.0.2.100/wpad.dat");
  t.equal(url({ listen: [{ address: "192.0.2.7", port: 8080 }] }), "http://192.0.2.7:8080/wpad.dat");
  t.equal(url({ listen: [{ address: "2001:db8::7" }] }), "http://[2001:db8::7]/wpad.dat");
  t.equal(url({}), "http://192.168.0.1/wpad.dat");
  t.equal(url({ proxies: [{ ...PAIR[0], host: "proxy.example.com" }] }), undefined);
});

t.test("an IPv6 address is published as one", async (t) => {
  const facts = publishFacts(wpadSettings({ listen: [{ address: "2001:db8::7" }] }));
  if (facts === null) throw new Error("no address");
  const all = publishSnippets(facts, "corp.example")
    .map(({ text }) => text)
    .join("\n");
  t.match(all, "wpad  IN  AAAA  2001:db8::7");
  t.match(all, "Add-DnsServerResourceRecordAAAA");
  t.match(all, "wpad.corp.example");
});
