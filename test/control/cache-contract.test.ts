import t from "tap";
import { parsePurgeSelector } from "#control/cache-contract.ts";
import { parseControlRequest } from "#control/contract.ts";

t.test("selectors come in the form that keys have", async (t) => {
  const cases: readonly (readonly [asked: object, selector: object])[] = [
    [
      { by: "url", url: "HTTP://Example.COM:80" },
      { by: "url", url: "http://example.com/" },
    ],
    [
      { by: "url", url: "https://example.com:443/A?b" },
      { by: "url", url: "https://example.com/A?b" },
    ],
    [
      { by: "prefix", prefix: "http://Example.com:80/A" },
      { by: "prefix", prefix: "http://example.com/A" },
    ],
    [
      { by: "prefix", prefix: "http://example.com:80" },
      { by: "prefix", prefix: "http://example.com:80" },
    ],
    [
      { by: "prefix", prefix: "https://h:8443/" },
      { by: "prefix", prefix: "https://h:8443/" },
    ],
    [
      { by: "host", host: "Example.com" },
      { by: "host", host: "example.com" },
    ],
    [
      { by: "host", host: "2001:DB8::1" },
      { by: "host", host: "[2001:db8::1]" },
    ],
    [
      { by: "host", host: "[::1]" },
      { by: "host", host: "[::1]" },
    ],
    [
      { by: "pattern", pattern: "*.PNG" },
      { by: "pattern", pattern: "*.PNG" },
    ],
    [
      { by: "tag", tag: "shop" },
      { by: "tag", tag: "shop" },
    ],
    [
      { by: "content-type", contentType: "Image/*" },
      { by: "content-type", contentType: "image/*" },
    ],
    [
      { by: "age", olderThanMs: 0 },
      { by: "age", olderThanMs: 0 },
    ],
    [{ by: "all" }, { by: "all" }],
  ];
  for (const [asked, selector] of cases)
    t.strictSame(parsePurgeSelector(asked), { ok: true, value: selector });
});

t.test("what is no selector is refused with a sentence", async (t) => {
  const cases: readonly (readonly [asked: unknown, error: RegExp])[] = [
    [undefined, /what to purge is not said/],
    [{}, /one of url, prefix, host, pattern, tag, content-type, age, all/],
    [{ by: "toString", toString: "x" }, /a selector is one of/],
    [{ by: "all", url: "http://example.com/" }, /nothing else/],
    [{ by: "url", url: "http://example.com/", host: "example.com" }, /nothing else/],
    [{ by: "url", url: "example.com/" }, /"example\.com\/" is no http or https URL/],
    [{ by: "url", url: "http://example.com/#top" }, /without the part from # on/],
    [{ by: "url", url: "ftp://example.com/" }, /no http or https URL/],
    [{ by: "prefix", prefix: "example.com" }, /begins with http:\/\//],
    [{ by: "host", host: "example.com:8080" }, /without a port/],
    [{ by: "host", host: "[::1]:80" }, /without a port/],
    [{ by: "host", host: "http://example.com" }, /is no host/],
    [{ by: "content-type", contentType: "image" }, /is no content type/],
    [{ by: "content-type", contentType: "*/*" }, /is no content type/],
    [{ by: "tag", tag: "" }, /the tag to purge is empty/],
    [{ by: "age", olderThanMs: -1 }, /no number of milliseconds/],
    [{ by: "age", olderThanMs: "1" }, /no number of milliseconds/],
  ];
  for (const [asked, error] of cases) t.match(parsePurgeSelector(asked), { ok: false, error });
});

t.test("the cache commands are read whole or refused", async (t) => {
  const read = (request: object) => parseControlRequest(JSON.stringify(request));
  const selector = { by: "all" } as const;
  t.strictSame(read({ command: "cache-purge", selector, mode: "count" }), {
    ok: true,
    value: { command: "cache-purge", selector, mode: "count" },
  });
  t.strictSame(read({ command: "cache-inspect", url: "HTTP://h", fields: [["Accept", "x"]] }), {
    ok: true,
    value: { command: "cache-inspect", url: "http://h/", fields: [["Accept", "x"]] },
  });
  const refused: readonly (readonly [request: object, error: RegExp])[] = [
    [{ command: "cache-purge", selector }, /mode is none of count, stale, remove/],
    [{ command: "cache-purge", mode: "remove" }, /what to purge is not said/],
    [{ command: "cache-purge", selector, mode: "remove", force: true }, /unknown key/],
    [{ command: "cache-stats", url: "http://h/" }, /unknown key/],
    [{ command: "cache-inspect", fields: [] }, /url is missing/],
    [{ command: "cache-inspect", url: "h", fields: [] }, /no http or https URL/],
    [{ command: "cache-inspect", url: "http://h/", fields: [["a b", "x"]] }, /pairs of a field name/],
    [{ command: "cache-inspect", url: "http://h/", fields: [], x: 1 }, /unknown key/],
  ];
  for (const [request, error] of refused) t.match(read(request), { ok: false, error });
});
