/** The part of the contract (contract.ts) that is about purges. */
import type { CacheStore, PurgeSelector } from "#caching/cache-store.ts";
import { until } from "#test/support/until.ts";
import { type DefineTest, found, gone, LIMIT_MS } from "./contract-support.ts";
import { bodyOf, put, readAll, response } from "./samples.ts";

const PAGES = [
  { key: "http://example.com/a/1", type: "text/html; charset=utf-8", tags: ["red", "blue"], wallMs: 1_000 },
  { key: "http://example.com/a/2", type: "image/png", tags: ["red"], wallMs: 1_000_000_000_000 },
  { key: "http://example.com:8080/b", type: "image/webp", tags: [], wallMs: 1_000 },
  { key: "http://other.example/a/1", type: "text/plain", tags: ["blues"], wallMs: 1_000_000_000_000 },
] as const;

/** What a selector means, by the places of the pages. The age is counted from a clock after 2001. */
const SELECTIONS: readonly (readonly [PurgeSelector, readonly number[]])[] = [
  [{ by: "url", url: "http://example.com/a/1" }, [0]],
  [{ by: "url", url: "http://example.com/a/" }, []],
  [{ by: "prefix", prefix: "http://example.com/" }, [0, 1]],
  [{ by: "host", host: "EXAMPLE.com" }, [0, 1, 2]],
  [{ by: "pattern", pattern: "http://*/a/?" }, [0, 1, 3]],
  [{ by: "pattern", pattern: "*example.com*b" }, [2]],
  [{ by: "tag", tag: "red" }, [0, 1]],
  [{ by: "tag", tag: "blue" }, [0]],
  [{ by: "content-type", contentType: "image/*" }, [1, 2]],
  [{ by: "content-type", contentType: "text/html" }, [0]],
  [{ by: "all" }, [0, 1, 2, 3]],
];

async function putPages(store: CacheStore): Promise<void> {
  for (const { key, type, tags, wallMs } of PAGES) {
    await put(store, key, bodyOf(1, 100), {
      response: response({ lines: [`Content-Type: ${type}`], tags, responseWallMs: wallMs }),
    });
  }
  for (const { key } of PAGES) await found(store, key);
}

export function purging(test: DefineTest): void {
  test("every selector counts what it means and changes nothing", async (t, { one }) => {
    await putPages(one);
    for (const [selector, places] of SELECTIONS) {
      const result = await one.purge(selector, "count");
      t.strictSame(result, { entries: places.length, bytes: places.length * 100 }, JSON.stringify(selector));
    }
    for (const { key } of PAGES) t.notOk((await found(one, key)).response.invalidated);
  });

  test("a purge by age looks at the time of the response", async (t, { one }) => {
    await putPages(one);
    const wallMs = Date.now();
    t.equal((await one.purge({ by: "age", olderThanMs: wallMs - 2_000_000 }, "count")).entries, 2);
    t.equal((await one.purge({ by: "age", olderThanMs: wallMs * 2 }, "count")).entries, 0);
  });

  test("a soft purge marks, in both views, and keeps the bodies", async (t, { one, other }) => {
    await putPages(one);
    for (const { key } of PAGES) await found(other, key);
    t.equal((await one.purge({ by: "tag", tag: "red" }, "stale")).entries, 2);
    for (const store of [one, other]) {
      for (const [place, { key }] of PAGES.entries()) {
        const entry = await until(() => {
          const now = store.find(key)[0];
          return now?.response.invalidated === place < 2 ? now : undefined;
        }, LIMIT_MS);
        t.ok((await readAll(store, entry)).body.equals(bodyOf(1, 100)));
      }
    }
  });

  test("a purge removes, in both views", async (t, { one, other }) => {
    await putPages(one);
    for (const { key } of PAGES) await found(other, key);
    t.equal((await other.purge({ by: "host", host: "example.com" }, "remove")).entries, 3);
    for (const store of [one, other]) {
      for (const { key } of PAGES.slice(0, 3)) await gone(store, key);
      await found(store, "http://other.example/a/1");
    }
    t.equal((await one.purge({ by: "all" }, "count")).entries, 1);
  });
}
