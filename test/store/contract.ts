/** What every CacheStore keeps, as tests: each store runs them (undici's stores share theirs the same way). */
import type { Test } from "tap";
import { until } from "#test/support/until.ts";
import { purging } from "./contract-purge.ts";
import { type DefineTest, found, gone, LIMIT_MS, type StoreUnderTest } from "./contract-support.ts";
import { bodyOf, collect, fill, plain, put, readAll, readRange, response } from "./samples.ts";

export type MakeStore = (t: Test) => Promise<StoreUnderTest>;

const URL = "http://example.com/a";
/** Beside the head, in one block, at a block's edge, in several blocks. */
const SIZES = [0, 1, 1_000, 40_000, 128 * 1024, 128 * 1024 + 1, 1_000_000];

/** Runs the contract against stores that `make` makes, a fresh one for each test. */
export function storeContract(t: Test, make: MakeStore): void {
  const test = (name: string, body: Parameters<DefineTest>[1]): void => {
    void t.test(name, async (t) => {
      const store = await make(t);
      try {
        await body(t, store);
      } finally {
        await store.close();
      }
    });
  };
  storing(test);
  reading(test);
  writing(test);
  changing(test);
  claiming(test);
  purging(test);
}

function storing(test: DefineTest): void {
  test("a key that was never stored is not found", async (t, { one }) => {
    t.strictSame(one.find(URL), []);
  });

  test("bodies of all sizes come back as they were, in both views", async (t, { one, other }) => {
    for (const bytes of SIZES) {
      for (const isLengthKnown of [true, false]) {
        const key = `${URL}?${bytes}${isLengthKnown}`;
        await put(one, key, bodyOf(bytes, bytes), { isLengthKnown });
        for (const store of [one, other]) {
          const entry = await found(store, key);
          t.equal(entry.key, key);
          t.equal(entry.bodyBytes, bytes);
          const { body, error } = await readAll(store, entry);
          t.equal(error, null);
          t.ok(body.equals(bodyOf(bytes, bytes)), `${bytes} bytes`);
          if (entry.body !== null) t.ok(entry.body.equals(body));
        }
      }
    }
  });

  test("a committed small response is found at once by the same worker", async (t, { one }) => {
    await put(one, URL, bodyOf(1, 100));
    t.equal(one.find(URL).length, 1);
  });

  test("everything of a response comes back", async (t, { one, other }) => {
    const stored = response({
      status: 404,
      lines: ["Content-Type: text/html", "X-Latin: \u00e9\u00ff", "X-Empty:", "Set-thing: a", "Set-Thing: b"],
      requestWallMs: 1_700_000_000_123,
      responseWallMs: 1_700_000_000_456,
      varyOn: [
        ["accept-encoding", "gzip"],
        ["accept-language", ""],
      ],
      invalidated: true,
      completeBytes: 5_000,
      parts: [
        { first: 0, last: 9 },
        { first: 100, last: 189 },
      ],
      tags: ["product-1", "\u65e5\u672c"],
    });
    await put(one, URL, bodyOf(2, 100), { response: stored });
    t.strictSame(plain((await found(other, URL)).response), plain(stored));
  });

  test("the variants of a key are found, the newest first, each with an id of its own", async (t, {
    one,
    other,
  }) => {
    for (const index of [1, 2, 3])
      await put(one, URL, bodyOf(index, 50), { response: response({ status: 200 + index }) });
    const entries = await until(() => {
      const all = other.find(URL);
      return all.length === 3 ? all : undefined;
    }, LIMIT_MS);
    t.strictSame(
      entries.map((entry) => entry.response.status),
      [203, 202, 201],
    );
    t.equal(new Set(entries.map(({ id }) => id)).size, 3);
  });

  test("what a new entry replaces goes with its commit, not before", async (t, { one, other }) => {
    await put(one, URL, bodyOf(1, 50));
    const old = await found(one, URL);
    const writer = one.write(URL, response({ status: 203 }), { bodyBytes: 3, replaces: [old] });
    writer?.append(Buffer.from("new"));
    t.equal((await found(one, URL)).id, old.id);
    writer?.commit();
    for (const store of [one, other]) {
      const entry = await until(() => {
        const all = store.find(URL);
        return all.length === 1 && all[0]?.id !== old.id ? all[0] : undefined;
      }, LIMIT_MS);
      t.equal(entry.response.status, 203);
    }
  });

  test("an entry found again and again is the same object once it is in memory", async (t, { one }) => {
    await put(one, URL, bodyOf(1, 50));
    await until(() => {
      const entry = one.find(URL)[0];
      if (entry !== undefined) one.touch(entry);
      return entry !== undefined && one.find(URL)[0] === entry ? entry : undefined;
    }, LIMIT_MS);
    const [entry] = one.find(URL);
    if (entry === undefined) throw new Error("lost");
    entry.prepared = "ready";
    t.equal(one.find(URL)[0]?.prepared, "ready");
  });
}

function reading(test: DefineTest): void {
  test("any range of a body is read", async (t, { one }) => {
    for (const bytes of [1_000, 600_000]) {
      const body = bodyOf(bytes, bytes);
      const key = `${URL}?${bytes}`;
      await put(one, key, body);
      const entry = await found(one, key);
      for (const [from, to] of [
        [0, 1],
        [0, 0],
        [bytes, bytes],
        [bytes - 1, bytes],
        [333, 777],
        [Math.floor(bytes / 3), Math.floor(bytes / 2)],
        [0, bytes],
      ] as const) {
        const result = await readRange(one, entry, from, to);
        t.equal(result.error, null);
        t.ok(result.body.equals(body.subarray(from, to)), `${bytes}: ${from} to ${to}`);
      }
    }
  });

  test("a reader that says false is held until it resumes, and nothing comes during the call", async (t, {
    one,
  }) => {
    const body = bodyOf(5, 900_000);
    await put(one, URL, body);
    const entry = await found(one, URL);
    const { promise, resolve } = Promise.withResolvers<void>();
    const pieces: Buffer[] = [];
    let isHeld = false;
    const reader = one.read(entry, 0, body.length, {
      onBody: (bytes) => {
        t.notOk(isHeld, "nothing while held");
        pieces.push(Buffer.from(bytes));
        isHeld = true;
        setImmediate(() => {
          isHeld = false;
          reader.resume();
        });
        return false;
      },
      onEnd: () => {
        t.notOk(isHeld, "the end waits too");
        resolve();
      },
      onError: (why) => t.fail(why),
    });
    t.equal(pieces.length, 0);
    await promise;
    t.ok(Buffer.concat(pieces).equals(body));
  });

  test("no call follows an abort", async (t, { one }) => {
    await put(one, URL, bodyOf(5, 900_000));
    const entry = await found(one, URL);
    let calls = 0;
    const never = (): boolean => {
      calls += 1;
      return true;
    };
    one.read(entry, 0, entry.bodyBytes, { onBody: never, onEnd: never, onError: never }).abort();
    const reader = one.read(entry, 0, entry.bodyBytes, {
      onBody: () => {
        reader.abort();
        return true;
      },
      onEnd: never,
      onError: never,
    });
    await readAll(one, entry);
    t.equal(calls, 0);
  });
}

function writing(test: DefineTest): void {
  test("readers follow a body while it arrives, from the start and from within", async (t, { one }) => {
    for (const bytes of [3_000, 2_000_000]) {
      const body = bodyOf(bytes, bytes);
      const writer = one.write(`${URL}?${bytes}`, response(), { bodyBytes: null, replaces: [] });
      if (writer === null) throw new Error("not taken");
      const early = collect();
      writer.read(0, early.sink);
      await fill(writer, body.subarray(0, bytes / 2));
      const late = collect();
      writer.read(1_000, late.sink);
      await fill(writer, body.subarray(bytes / 2));
      const last = collect();
      writer.read(0, last.sink);
      writer.commit();
      for (const [reader, from] of [
        [early, 0],
        [late, 1_000],
        [last, 0],
      ] as const) {
        const result = await reader.result;
        t.equal(result.error, null);
        t.ok(result.body.equals(body.subarray(from)), `${bytes} from ${from}`);
      }
    }
  });

  test("an abort ends the readers with an error and leaves no entry", async (t, { one, other }) => {
    for (const bytes of [100, 1_000_000]) {
      const writer = one.write(URL, response(), { bodyBytes: null, replaces: [] });
      if (writer === null) throw new Error("not taken");
      const follower = collect();
      writer.read(0, follower.sink);
      await fill(writer, bodyOf(1, bytes));
      writer.abort();
      t.not((await follower.result).error, null);
      t.strictSame(one.find(URL), []);
      t.strictSame(other.find(URL), []);
    }
  });

  test("a body that is shorter than was said becomes no entry", async (t, { one }) => {
    const writer = one.write(URL, response(), { bodyBytes: 10, replaces: [] });
    writer?.append(Buffer.from("short"));
    writer?.commit();
    await put(one, `${URL}?after`, bodyOf(1, 10));
    await found(one, `${URL}?after`);
    t.strictSame(one.find(URL), []);
  });

  test("appended bytes are copied", async (t, { one }) => {
    const writer = one.write(URL, response(), { bodyBytes: null, replaces: [] });
    const bytes = Buffer.from("before");
    writer?.append(bytes);
    bytes.fill(0);
    writer?.commit();
    const { body } = await readAll(one, await found(one, URL));
    t.equal(body.toString(), "before");
  });
}

function changing(test: DefineTest): void {
  test("an update is seen by both views and keeps id and body", async (t, { one, other }) => {
    for (const bytes of [100, 300_000]) {
      const key = `${URL}?${bytes}`;
      const body = bodyOf(bytes, bytes);
      await put(one, key, body);
      const entry = await found(other, key);
      const fresh = response({ responseWallMs: 9_000, lines: ["Content-Type: text/plain", "X-New: 1"] });
      one.update(await found(one, key), fresh);
      t.strictSame(plain((await found(one, key)).response), plain(fresh));
      const seen = await until(() => {
        const now = other.find(key)[0];
        return now?.response.responseWallMs === 9_000 ? now : undefined;
      }, LIMIT_MS);
      t.equal(seen.id, entry.id);
      t.ok((await readAll(other, seen)).body.equals(body));
    }
  });

  test("a removed entry is gone, at once where it was removed", async (t, { one, other }) => {
    await put(one, URL, bodyOf(1, 100));
    await found(other, URL);
    one.remove(await found(one, URL));
    t.strictSame(one.find(URL), []);
    await gone(other, URL);
  });

  test("an update after a removal brings nothing back", async (t, { one, other }) => {
    await put(one, URL, bodyOf(1, 100));
    const entry = await found(other, URL);
    one.remove(await found(one, URL));
    await gone(other, URL);
    other.update(entry, response({ status: 410 }));
    await put(other, `${URL}?after`, bodyOf(1, 10));
    await found(one, `${URL}?after`);
    await gone(one, URL);
    await gone(other, URL);
    t.pass("it stayed away");
  });
}

function claiming(test: DefineTest): void {
  test("a claim keeps the others out until it is released", async (t, { one, other }) => {
    t.ok(one.claim(URL));
    t.notOk(other.claim(URL));
    t.ok(other.claim(`${URL}?other`));
    let calls = 0;
    const released = new Promise<void>((resolve) => {
      other.whenReleased(URL, LIMIT_MS, () => {
        calls += 1;
        resolve();
      });
    });
    await new Promise(setImmediate);
    t.equal(calls, 0);
    one.release(URL);
    await released;
    t.equal(calls, 1);
    t.ok(other.claim(URL));
    other.release(URL);
    other.release(`${URL}?other`);
  });

  test("waiting for a claim ends with its time limit, or is cancelled", async (t, { one, other }) => {
    one.claim(URL);
    const cancel = other.whenReleased(URL, 1, () => t.fail("it was cancelled"));
    cancel();
    await new Promise<void>((resolve) => other.whenReleased(URL, 20, resolve));
    t.notOk(other.claim(URL), "the claim still stands");
    one.release(URL);
  });

  test("waiting for what nobody claims is over at once", async (t, { one }) => {
    await new Promise<void>((resolve) => one.whenReleased(URL, LIMIT_MS, resolve));
    t.pass("called");
  });
}
