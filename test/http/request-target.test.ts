import t from "tap";
import { parseRequestTarget } from "#http/request-target.ts";

const absolute = (scheme: "http" | "https", host: string, port: number, path: string): object => ({
  form: "absolute",
  scheme,
  authority: { host, port },
  path,
});

t.test("the absolute form", async (t) => {
  t.strictSame(parseRequestTarget("GET", "http://a.example/b?c"), absolute("http", "a.example", 80, "/b?c"));
  t.strictSame(parseRequestTarget("GET", "HTTPS://A:444"), absolute("https", "a", 444, "/"));
  t.strictSame(parseRequestTarget("GET", "https://a?b"), absolute("https", "a", 443, "/?b"));
  t.strictSame(parseRequestTarget("OPTIONS", "http://[::1]//x"), absolute("http", "::1", 80, "//x"));
});

t.test("the other forms belong to their methods", async (t) => {
  t.strictSame(parseRequestTarget("GET", "/a//b?c=/d"), { form: "origin", path: "/a//b?c=/d" });
  t.strictSame(parseRequestTarget("GET", "//a/b"), { form: "origin", path: "//a/b" });
  t.strictSame(parseRequestTarget("OPTIONS", "*"), { form: "asterisk" });
  t.equal(parseRequestTarget("GET", "*"), "bad-target");
  const authority = { host: "a", port: 443 };
  t.strictSame(parseRequestTarget("CONNECT", "A:443"), { form: "authority", authority });
  for (const text of ["a", "a:", "/", "*", "http://a:443", "a:443/", "u@a:443", ""]) {
    t.equal(parseRequestTarget("CONNECT", text), "bad-target", text);
  }
});

t.test("characters", async (t) => {
  for (const path of ["/|{}^`[]'~!$&()*+,;=:@", "/%zz", "/?\\", "/?a?b", "/?/", "/?{}|^`"]) {
    t.strictSame(parseRequestTarget("GET", path), { form: "origin", path }, path);
  }
  for (const text of [
    "/\\",
    "/ ",
    "/\t",
    '/"',
    "/<",
    "/>",
    "/?<",
    '/?"',
    "/#",
    "/?#",
    "/\xe4",
    "/?\xe4",
    "/\x7f",
    "/?\0",
  ]) {
    t.equal(parseRequestTarget("GET", text), "bad-target", JSON.stringify(text));
    t.equal(parseRequestTarget("GET", `http://a${text}`), "bad-target", JSON.stringify(text));
  }
});

t.test("other schemes, and what is none", async (t) => {
  for (const text of ["ftp://a/", "ws://a", "x-y+z.1://", "file:///etc/passwd"]) {
    t.equal(parseRequestTarget("GET", text), "scheme-not-supported", text);
  }
  for (const text of [
    "",
    "a",
    "a:80",
    "http:",
    "http:/a",
    "http:a",
    "http://",
    "http:///a",
    "http://u@a/",
    "1://a",
    "://a",
  ]) {
    t.equal(parseRequestTarget("GET", text), "bad-target", text);
  }
});
