import t from "tap";
import { askedHost, hostRule, matches, type RuleSetting } from "#pac/host-rule.ts";

const isFor = (match: RuleSetting["match"], value: string | undefined, host: string): boolean =>
  matches(hostRule({ match, ...(value === undefined ? {} : { value }), via: "direct" }), askedHost(host));

t.test("a host is compared in lower case, without brackets and without its final dot", async (t) => {
  t.match(askedHost("WWW.Example.COM."), { name: "www.example.com", address: null });
  t.match(askedHost("[2001:DB8::1]"), { name: "2001:db8::1", address: { family: 6 } });
  t.match(askedHost("::ffff:10.0.0.1"), { address: { family: 4, bits: 0x0a00_0001n } });
  t.equal(askedHost(".").name, ".");
  t.equal(askedHost("10.0.0.01").address, null, "no other spelling is an address");
});

t.test("a suffix is a whole domain", async (t) => {
  for (const value of ["example.com", ".example.com", "EXAMPLE.com."]) {
    t.ok(isFor("suffix", value, "example.com"));
    t.ok(isFor("suffix", value, "www.example.com"));
    t.notOk(isFor("suffix", value, "badexample.com"), value);
    t.notOk(isFor("suffix", value, "example.com.jp"));
  }
});

t.test("a network is for addresses, whatever they are written as", async (t) => {
  t.ok(isFor("network", "10.0.0.0/8", "10.1.2.3"));
  t.ok(isFor("network", "10.0.0.0/8", "[::ffff:a01:203]"));
  t.notOk(isFor("network", "10.0.0.0/8", "11.0.0.1"));
  t.notOk(isFor("network", "0.0.0.0/0", "www.example.com"));
  t.ok(isFor("network", "2001:db8::/32", "2001:db8:1::5"));
  t.notOk(isFor("network", "::/0", "10.0.0.1"));
});

t.test("exact hosts, patterns and plain names", async (t) => {
  t.ok(isFor("exact", "www.example.com", "WWW.example.com."));
  t.notOk(isFor("exact", "example.com", "www.example.com"));
  t.ok(isFor("exact", "[2001:DB8:0::1]", "2001:db8::1"));
  t.ok(isFor("pattern", "*.dev.??", "a.b.dev.jp"));
  t.notOk(isFor("pattern", "*.dev.??", "dev.jp"));
  t.ok(isFor("plain", undefined, "intranet"));
  t.notOk(isFor("plain", undefined, "a.b"));
  t.notOk(isFor("plain", undefined, "::1"), "an IPv6 address is no plain name");
});
