import t from "tap";
import { cacheKeyOf } from "#caching/cache-key.ts";
import { invalidatedKeys, keyOfReference } from "#caching/invalidation.ts";
import { tagsOf } from "#caching/tags.ts";
import { fieldsOf } from "#test/support/stored-response.ts";

const TARGET = { scheme: "http", authority: { host: "origin.example", port: 80 }, path: "/a/b?c" } as const;
const SELF = "http://origin.example/a/b?c";

t.test("the key is the URI in normal form", async (t) => {
  t.equal(cacheKeyOf(TARGET), SELF);
  t.equal(
    cacheKeyOf({ ...TARGET, authority: { host: "origin.example", port: 8080 } }),
    "http://origin.example:8080/a/b?c",
  );
  t.equal(cacheKeyOf({ ...TARGET, scheme: "https" }), "https://origin.example:80/a/b?c");
  t.equal(
    cacheKeyOf({ ...TARGET, scheme: "https", authority: { host: "::1", port: 443 } }),
    "https://[::1]/a/b?c",
  );
});

t.test("an unsafe or unknown method that succeeded invalidates its target", async (t) => {
  for (const method of ["POST", "PUT", "DELETE", "PATCH", "M-SEARCH", "get"])
    t.strictSame(invalidatedKeys(TARGET, method, { status: 200, fields: fieldsOf([]) }), [SELF], method);
  for (const method of ["GET", "HEAD", "OPTIONS", "PROPFIND", "QUERY"])
    t.strictSame(invalidatedKeys(TARGET, method, { status: 200, fields: fieldsOf([]) }), [], method);
  for (const status of [400, 404, 500])
    t.strictSame(invalidatedKeys(TARGET, "POST", { status, fields: fieldsOf([]) }), [], String(status));
  t.equal(invalidatedKeys(TARGET, "POST", { status: 303, fields: fieldsOf([]) }).length, 1);
});

t.test("Location and Content-Location are invalidated where they are of the same origin", async (t) => {
  const keys = (location: string, contentLocation: string): unknown =>
    invalidatedKeys(TARGET, "POST", {
      status: 201,
      fields: fieldsOf([
        ["Location", location],
        ["Content-Location", contentLocation],
      ]),
    });
  t.strictSame(keys("/new", "http://origin.example:80/made"), [
    SELF,
    "http://origin.example/new",
    "http://origin.example/made",
  ]);
  t.strictSame(keys("http://other.example/x", "https://origin.example/x"), [SELF]);
  t.strictSame(keys("http://origin.example.evil/x", "ftp://origin.example/"), [SELF]);
  t.strictSame(keys("//other.example/x", ""), [SELF]);
});

t.test("a reference is resolved against the target", async (t) => {
  for (const [reference, key] of [
    ["d", "http://origin.example/a/d"],
    ["../x?y#z", "http://origin.example/x?y"],
    ["?q", "http://origin.example/a/b?q"],
    ["/p|q#f", "http://origin.example/p|q"],
    ["HTTP://ORIGIN.example/x", "http://origin.example/x"],
  ] as const)
    t.equal(keyOfReference(TARGET, reference), key, reference);
  t.equal(keyOfReference(TARGET, undefined), null);
  t.equal(keyOfReference(TARGET, "http://["), null);
});

t.test("tags are those of both fields, each once and not without end", async (t) => {
  t.strictSame(
    tagsOf(
      fieldsOf([
        ["Surrogate-Key", "a b  a"],
        ["Cache-Tag", "c d, e,"],
      ]),
    ),
    ["a", "b", "c d", "e"],
  );
  t.equal(
    tagsOf(fieldsOf([["Cache-Tag", Array.from({ length: 99 }, (_, at) => `t${at}`).join(",")]])).length,
    64,
  );
});
