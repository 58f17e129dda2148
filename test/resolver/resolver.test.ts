import t, { type Test } from "tap";
import type { Clock } from "#base/clock.ts";
import type { Outcome } from "#base/outcome.ts";
import { STALE_RETRY_MS } from "#resolver/answer-cache.ts";
import type { Query } from "#resolver/query.ts";
import { createResolver, type ResolverDeps, type RunningResolver } from "#resolver/resolver.ts";
import { defaultSettings } from "#settings/parse-settings.ts";
import { type DnsRecords, startDnsServer } from "#test/support/dns-server.ts";
import type { Addresses, TransportFailure } from "#transport/resolve.ts";

type Answer = Outcome<Addresses, TransportFailure>;

const ask = (resolver: RunningResolver, host: string): Promise<Answer> =>
  new Promise((done) => resolver.resolve(host, done));

/** The answer that is given during the call, or null. */
function askNow(resolver: RunningResolver, host: string): Answer | null {
  let answer: Answer | null = null;
  resolver.resolve(host, (outcome) => {
    answer = outcome;
  });
  return answer;
}

interface Bench {
  readonly resolver: RunningResolver;
  readonly dns: Awaited<ReturnType<typeof startDnsServer>>;
  readonly clock: { ms: number };
}

async function bench(
  t: Test,
  records: Readonly<Record<string, DnsRecords>>,
  deps: Partial<ResolverDeps> = {},
): Promise<Bench> {
  const dns = await startDnsServer(records);
  const clock = { ms: 0 };
  const settings = {
    ...defaultSettings().dns,
    servers: [dns.address],
    timeoutMs: 400,
    staleMaxMs: 3_600_000,
  };
  const stopped: Clock = { nowMs: () => clock.ms, wallMs: () => 0 };
  const resolver = createResolver(settings, { clock: stopped, hostsPath: "/nonexistent", ...deps });
  t.teardown(async () => {
    resolver.close();
    await dns.close();
  });
  return { resolver, dns, clock };
}

t.test("a name is resolved in both families and cached for its time to live", async (t) => {
  const { resolver, dns, clock } = await bench(t, {
    "example.test": { a: ["192.0.2.1", "192.0.2.2"], aaaa: ["2001:db8::1"], ttl: 30 },
  });
  const expected = { ok: true, value: ["2001:db8::1", "192.0.2.1", "192.0.2.2"] };
  t.equal(askNow(resolver, "example.test"), null, "not during the call");
  t.strictSame(await ask(resolver, "Example.TEST."), expected);
  t.equal(dns.queries().length, 2);
  clock.ms = 29_999;
  t.strictSame(askNow(resolver, "example.test"), expected, "cached: during the call");
  t.equal(dns.queries().length, 2);
  clock.ms = 30_000;
  t.strictSame(await ask(resolver, "example.test"), expected);
  t.equal(dns.queries().length, 4);
});

t.test("whoever asks for the same name at one time shares one question", async (t) => {
  const { resolver, dns } = await bench(t, { "example.test": { a: ["192.0.2.1"], delayMs: { a: 20 } } });
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(resolver, "example.test")));
  t.ok(answers.every((answer) => answer.ok));
  t.strictSame([...dns.queries()].sort(), ["example.test A", "example.test AAAA"]);
  t.match(resolver.stats(), { lookups: 1, lookupsOpen: 0, entries: 1 });
});

t.test("a slow AAAA costs 50 ms once, and joins the answer later", async (t) => {
  const { resolver } = await bench(t, {
    "slow.test": { a: ["192.0.2.1"], aaaa: ["2001:db8::1"], delayMs: { aaaa: 150 } },
  });
  const startedMs = performance.now();
  t.strictSame(await ask(resolver, "slow.test"), { ok: true, value: ["192.0.2.1"] });
  t.ok(performance.now() - startedMs < 140, "before AAAA");
  while (resolver.stats().lookupsOpen > 0) await new Promise((next) => setTimeout(next, 5));
  t.strictSame(askNow(resolver, "slow.test"), { ok: true, value: ["2001:db8::1", "192.0.2.1"] });
});

t.test("a name that does not exist is remembered for a while", async (t) => {
  const { resolver, dns, clock } = await bench(t, { "empty.test": {} });
  t.match(await ask(resolver, "absent.test"), { ok: false, error: { reason: "dns-not-found" } });
  t.match(await ask(resolver, "empty.test"), { ok: false, error: { reason: "dns-not-found" } });
  t.match(askNow(resolver, "absent.test"), { ok: false, error: { reason: "dns-not-found" } });
  dns.set("absent.test", { a: ["192.0.2.9"] });
  clock.ms = defaultSettings().dns.negativeTtlMs;
  t.match(await ask(resolver, "absent.test"), { ok: true, value: ["192.0.2.9"] });
});

t.test(
  "while the resolver fails, the old answer serves, and clients do not wait for each failure",
  async (t) => {
    const { resolver, dns, clock } = await bench(t, { "example.test": { a: ["192.0.2.1"], ttl: 30 } });
    await ask(resolver, "example.test");
    dns.failAll("SERVFAIL");
    clock.ms = 31_000;
    t.strictSame(await ask(resolver, "example.test"), { ok: true, value: ["192.0.2.1"] });
    const asked = dns.queries().length;
    clock.ms += STALE_RETRY_MS - 1;
    t.strictSame(askNow(resolver, "example.test"), { ok: true, value: ["192.0.2.1"] }, "at once");
    t.equal(dns.queries().length, asked);
    t.match(resolver.stats(), { staleHits: 1, failures: 1 });

    dns.failAll(null);
    dns.set("example.test", { a: ["192.0.2.2"] });
    clock.ms += 1;
    t.strictSame(await ask(resolver, "example.test"), { ok: true, value: ["192.0.2.2"] }, "and asks again");
  },
);

t.test("while the resolver is silent, the old answer serves after the time limit", async (t) => {
  const { resolver, dns, clock } = await bench(t, { "example.test": { a: ["192.0.2.1"], ttl: 30 } });
  await ask(resolver, "example.test");
  dns.failAll("silence");
  clock.ms = 31_000;
  t.strictSame(await ask(resolver, "example.test"), { ok: true, value: ["192.0.2.1"] });
  t.ok(askNow(resolver, "example.test")?.ok, "and the next at once");
});

t.test(
  "a resolver that is merely slow keeps nobody waiting for long who can have the old answer",
  async (t) => {
    let isSlow = false;
    const query: Query = (_name, family, done) => {
      if (!isSlow)
        setImmediate(done, { kind: "addresses", addresses: [family === 4 ? "192.0.2.1" : "::2"], ttlMs: 1 });
    };
    const clock = { ms: 0 };
    const settings = { ...defaultSettings().dns, timeoutMs: 60_000 };
    const deps = { clock: { nowMs: () => clock.ms, wallMs: () => 0 }, query, hostsPath: "/nonexistent" };
    const resolver = createResolver(settings, deps);
    t.teardown(resolver.close);
    await ask(resolver, "example.test");
    isSlow = true;
    clock.ms = 10_000;
    t.match(await ask(resolver, "example.test"), { ok: true, value: ["::2", "192.0.2.1"] });
    t.equal(resolver.stats().lookupsOpen, 1, "the question goes on");
    t.ok(askNow(resolver, "example.test")?.ok);
  },
);

t.test("without an old answer, failure and silence are told apart", async (t) => {
  const { resolver, dns } = await bench(t, {});
  dns.failAll("SERVFAIL");
  t.match(await ask(resolver, "a.test"), {
    ok: false,
    error: { reason: "dns-failed", detail: /a\.test.*SERVFAIL/ },
  });
  dns.failAll("silence");
  t.match(await ask(resolver, "b.test"), { ok: false, error: { reason: "dns-timeout" } });
  t.match(askNow(resolver, "b.test"), { ok: false, error: { reason: "dns-timeout" } }, "remembered");
});

t.test("a name that vanished is not served stale", async (t) => {
  const { resolver, dns, clock } = await bench(t, { "example.test": { a: ["192.0.2.1"], ttl: 30 } });
  await ask(resolver, "example.test");
  dns.set("example.test", null);
  clock.ms = 31_000;
  t.match(await ask(resolver, "example.test"), { ok: false, error: { reason: "dns-not-found" } });
});

t.test("literals are returned as they are, and other spellings are refused unasked", async (t) => {
  const { resolver, dns } = await bench(t, {});
  t.strictSame(askNow(resolver, "192.0.2.1"), { ok: true, value: ["192.0.2.1"] });
  t.strictSame(askNow(resolver, "2001:DB8::1"), { ok: true, value: ["2001:db8::1"] });
  for (const host of ["2130706433", "0x7f.1", "127.1", "127.0.0.1.", "a..b"])
    t.match(askNow(resolver, host), { ok: false, error: { reason: "egress-refused" } }, host);
  t.strictSame(dns.queries(), []);
});

t.test("localhost is loopback and is never asked for", async (t) => {
  const { resolver, dns } = await bench(t, { localhost: { a: ["192.0.2.1"] } });
  for (const host of ["localhost", "LOCALHOST.", "www.localhost"])
    t.strictSame(askNow(resolver, host), { ok: true, value: ["::1", "127.0.0.1"] }, host);
  t.strictSame(dns.queries(), []);
});

t.test("the hosts file comes before the name servers", async (t) => {
  const { resolver, dns } = await bench(t, {}, { hostsPath: new URL("hosts", import.meta.url).pathname });
  t.strictSame(askNow(resolver, "Written.Test"), { ok: true, value: ["192.0.2.77"] });
  t.strictSame(dns.queries(), []);
});

t.test("many waiters and many names have their bounds", async (t) => {
  const { resolver } = await bench(t, {}, { query: () => {} });
  const waiting: Answer[] = [];
  for (let count = 0; count < 4_097; count += 1)
    resolver.resolve("same.test", (answer) => waiting.push(answer));
  t.match(waiting, [{ ok: false, error: { reason: "dns-failed", detail: /too many/ } }]);
  for (let count = 0; count < 4_095; count += 1) resolver.resolve(`n${count}.test`, () => {});
  t.match(askNow(resolver, "one-more.test"), { ok: false, error: { detail: /too many names/ } });
});

t.test("closing answers whoever waits", async (t) => {
  const { resolver, dns } = await bench(t, {});
  dns.failAll("silence");
  const answer = ask(resolver, "example.test");
  resolver.close();
  t.match(await answer, { ok: false, error: { reason: "dns-failed", detail: /closed/ } });
  t.match(askNow(resolver, "other.test"), { ok: false, error: { reason: "dns-failed" } });
});

t.test("an answer that may not be kept still reaches those who came late", async (t) => {
  const dns = await startDnsServer({
    "a.test": { a: ["192.0.2.1"], aaaa: ["::2"], ttl: 0, delayMs: { aaaa: 120 } },
  });
  const settings = { ...defaultSettings().dns, servers: [dns.address], cacheEntriesMax: 0 };
  const clock: Clock = { nowMs: () => performance.now(), wallMs: () => 0 };
  const resolver = createResolver(settings, { clock, hostsPath: "/nonexistent" });
  t.teardown(async () => {
    resolver.close();
    await dns.close();
  });
  t.strictSame(await ask(resolver, "a.test"), { ok: true, value: ["192.0.2.1"] });
  t.strictSame(
    await ask(resolver, "a.test"),
    { ok: true, value: ["::2", "192.0.2.1"] },
    "waits for the rest",
  );
});
