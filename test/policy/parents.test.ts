import t from "tap";
import { isDomainPattern, parentsFor, parseParentUrl } from "#policy/parents.ts";

const parent = (name: string, ...domains: string[]) => ({ name, domains });

const namesFor = (host: string, parents: readonly { name: string; domains: string[] }[]): string[] =>
  parentsFor(host, parents).map(({ name }) => name);

t.test("parents are chosen by domain, in the settings' order", async (t) => {
  const parents = [
    parent("exact", "example.com"),
    parent("below", ".example.com"),
    parent("two", "example.org", ".example.net"),
    parent("all", "*"),
  ];
  t.strictSame(namesFor("example.com", parents), ["exact", "below", "all"]);
  t.strictSame(namesFor("www.example.com", parents), ["below", "all"]);
  t.strictSame(namesFor("notexample.com", parents), ["all"]);
  t.strictSame(namesFor("a.b.example.net", parents), ["two", "all"]);
  t.strictSame(namesFor("example.org", parents), ["two", "all"]);
  t.strictSame(namesFor("www.example.org", parents), ["all"]);
  t.strictSame(namesFor("example.com", parents.slice(2, 3)), []);
  t.strictSame(namesFor("example.com", []), []);
});

t.test("case, trailing dots and spellings of an address do not matter", async (t) => {
  t.strictSame(namesFor("Example.COM.", [parent("one", "example.com")]), ["one"]);
  t.strictSame(namesFor("www.example.com", [parent("one", ".EXAMPLE.com")]), ["one"]);
  t.strictSame(namesFor("2001:DB8:0::1", [parent("one", "2001:db8::1")]), ["one"]);
  t.strictSame(namesFor("192.0.2.1", [parent("one", "192.0.2.1")]), ["one"]);
});

t.test("patterns that could never match are found", async (t) => {
  for (const pattern of ["*", "example.com", ".example.com", "localhost", "192.0.2.1", "2001:db8::1"])
    t.ok(isDomainPattern(pattern), pattern);
  for (const pattern of [
    "",
    ".",
    "*.example.com",
    "..example.com",
    "http://example.com",
    "a b",
    "exa*mple.com",
  ])
    t.notOk(isDomainPattern(pattern), pattern);
});

t.test("a parent's URL has a scheme, a host and perhaps a port", async (t) => {
  t.strictSame(parseParentUrl("http://Proxy.example:3128"), {
    secure: false,
    authority: { host: "proxy.example", port: 3128 },
  });
  t.strictSame(parseParentUrl("https://[2001:db8::1]:8443/"), {
    secure: true,
    authority: { host: "2001:db8::1", port: 8443 },
  });
  t.match(parseParentUrl("http://192.0.2.1"), { authority: { host: "192.0.2.1", port: 80 } });
  t.match(parseParentUrl("https://proxy.example"), { authority: { port: 443 } });
  const malformed = [
    "ftp://a",
    "http://",
    "http://a:0",
    "http://a:65536",
    "http://a:b",
    "http://u@a",
    "http://a/x",
  ];
  for (const url of [...malformed, "http://a?x", "http://0x7f.1:80", "http://[a]:80", "a:80", "http://a:"])
    t.equal(parseParentUrl(url), null, url);
});
