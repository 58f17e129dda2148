import t from "tap";
import { authorityText, parseAuthority } from "#http/authority.ts";

t.test("hosts and ports are read", async (t) => {
  const cases: readonly (readonly [string, string, number])[] = [
    ["example.com", "example.com", 80],
    ["Example.COM:8080", "example.com", 8080],
    ["example.com.", "example.com.", 80],
    ["a_b-c.d", "a_b-c.d", 80],
    ["127.0.0.1:1", "127.0.0.1", 1],
    ["2130706433", "2130706433", 80],
    ["0x7f.1", "0x7f.1", 80],
    ["localhost:65535", "localhost", 65_535],
    ["[::1]", "::1", 80],
    ["[2001:DB8::A]:443", "2001:db8::a", 443],
    ["[::ffff:127.0.0.1]", "::ffff:127.0.0.1", 80],
    ["[1:2:3:4:5:6:7:8]", "1:2:3:4:5:6:7:8", 80],
    ["[1:2:3:4:5:6:1.2.3.4]", "1:2:3:4:5:6:1.2.3.4", 80],
    ["[::]", "::", 80],
    ["[1::]", "1::", 80],
    [`${"a".repeat(63)}.b`, `${"a".repeat(63)}.b`, 80],
  ];
  for (const [text, host, port] of cases) t.strictSame(parseAuthority(text, 80), { host, port }, text);
});

t.test("what is no host or no port is refused", async (t) => {
  const ports = [
    "a:",
    "a:0",
    "a:080",
    "a:65536",
    "a:123456",
    "a:-1",
    "a:+1",
    "a:1 ",
    "a: 1",
    "a:1:2",
    "a:x",
    ":80",
  ];
  const names = [
    "",
    " ",
    "a b",
    "a/b",
    "a@b",
    "a?b",
    "a#b",
    "a%41",
    "a\\b",
    ".",
    ".a",
    "a..b",
    "ä",
    "a\0",
    "a,b",
    "a!",
  ];
  const long = ["a".repeat(64), `${"a".repeat(64)}.b`, `${"a.".repeat(127)}a`, `${"a".repeat(64)}:80`];
  const brackets = [
    "[",
    "]",
    "[]",
    "[::1",
    "::1",
    "[::1]x",
    "[::1]:",
    "[::1]:0",
    "[1.2.3.4]",
    "[::%25eth0]",
    "[v1.a]",
  ];
  const groups = [
    ...["[:::]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1::2::3]", "[12345::]", "[g::]", "[:1]", "[1:]"],
    ...[
      "[::1.2.3]",
      "[::1.2.3.256]",
      "[::01.2.3.4]",
      "[1.2.3.4::]",
      "[1:2:3:4:5:6:7::8]",
      "[::1:2:3:4:5:6:7:8]",
    ],
  ];
  for (const text of [...ports, ...names, ...long, ...brackets, ...groups]) {
    t.equal(parseAuthority(text, 80), null, JSON.stringify(text));
  }
});

t.test("without a default port the port is required", async (t) => {
  t.equal(parseAuthority("example.com", null), null);
  t.equal(parseAuthority("[::1]", null), null);
  t.strictSame(parseAuthority("example.com:443", null), { host: "example.com", port: 443 });
  t.strictSame(parseAuthority("[::1]:443", null), { host: "::1", port: 443 });
});

t.test("an authority is written with brackets, and without its default port", async (t) => {
  t.equal(authorityText({ host: "example.com", port: 80 }, 80), "example.com");
  t.equal(authorityText({ host: "example.com", port: 80 }, null), "example.com:80");
  t.equal(authorityText({ host: "::1", port: 8080 }, 80), "[::1]:8080");
  t.equal(authorityText({ host: "::1", port: 80 }, 80), "[::1]");
});
