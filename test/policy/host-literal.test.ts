import t from "tap";
import { classifyHost } from "#policy/host-literal.ts";

t.test("names are lower-cased and lose one trailing dot", async (t) => {
  t.strictSame(classifyHost("Example.COM"), { kind: "name", name: "example.com" });
  t.strictSame(classifyHost("example.com."), { kind: "name", name: "example.com" });
  t.strictSame(classifyHost("localhost"), { kind: "name", name: "localhost" });
});

t.test("names may begin with digits, look like hex, and have underscores and punycode", async (t) => {
  for (const name of [
    "3com.com",
    "0x7f.example",
    "1.2.3.4.example.com",
    "127.0.0.1.nip.io",
    "_srv.a",
    "xn--r8jz45g.jp",
  ])
    t.strictSame(classifyHost(name), { kind: "name", name });
  t.strictSame(classifyHost("example.a1"), { kind: "name", name: "example.a1" });
  t.strictSame(classifyHost("example.0xyz"), { kind: "name", name: "example.0xyz" });
});

t.test("labels and names have their lengths", async (t) => {
  const label = "a".repeat(63);
  t.equal(classifyHost(`${label}.com`).kind, "name");
  t.match(classifyHost(`${label}a.com`), { kind: "refused", why: /63/ });
  const longest = [label, label, label, "b".repeat(61)].join(".");
  t.equal(longest.length, 253);
  t.equal(classifyHost(`${longest}.`).kind, "name");
  t.match(classifyHost(`${longest}b`), { kind: "refused", why: /253/ });
});

t.test("addresses come out in canonical form", async (t) => {
  t.strictSame(classifyHost("192.0.2.1"), { kind: "address", address: "192.0.2.1" });
  t.strictSame(classifyHost("[2001:DB8:0:0:0:0:0:1]"), { kind: "address", address: "2001:db8::1" });
  t.strictSame(classifyHost("::FFFF:7F00:1"), { kind: "address", address: "::ffff:127.0.0.1" });
});

t.test("what only some parsers read as an address says so", async (t) => {
  t.match(classifyHost("0x7f.1"), { kind: "refused", why: /canonical/ });
  t.match(classifyHost("127.0.0.1."), { kind: "refused", why: /canonical/ });
  t.match(classifyHost("[::1"), { kind: "refused", why: /bracket/ });
  t.match(classifyHost("[example.com]"), { kind: "refused", why: /IPv6/ });
});
