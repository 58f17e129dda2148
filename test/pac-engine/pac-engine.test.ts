import t, { type Test } from "tap";
import { PacEngine } from "#pac-engine/pac-engine.ts";

const options = {
  nowMs: () => performance.now(),
  resolve: (name: string) => (name === "www.example.com" ? ["192.0.2.7", "2001:db8::7"] : []),
  client: "10.0.0.5",
};

async function load(t: Test, script: string): Promise<PacEngine> {
  const engine = await PacEngine.load(script, options);
  if (!engine.ok) throw new Error(engine.error);
  t.teardown(() => engine.value[Symbol.dispose]());
  return engine.value;
}

const body = (text: string): string => `function FindProxyForURL(url, host) { ${text} }`;

t.test("a script answers", async (t) => {
  const engine = await load(t, body('return host === "a" ? "DIRECT" : "PROXY " + url;'));
  t.strictSame(engine.find("http://a/", "a"), { ok: true, value: "DIRECT" });
  t.strictSame(engine.find("http://b/'\"\\", "b"), { ok: true, value: "PROXY http://b/'\"\\" });
});

t.test("a script has what browsers give it, with answers that the caller decides", async (t) => {
  const cases = {
    'isPlainHostName("a") + " " + isPlainHostName("a.b")': "true false",
    'dnsDomainIs("www.a.b", ".a.b") + " " + dnsDomainIs("b", ".a.b")': "true false",
    'localHostOrDomainIs("www", "www.a.b") + " " + localHostOrDomainIs("ftp", "www.a.b")': "true false",
    'shExpMatch("www.a.b", "*.a.?") + " " + shExpMatch("wwwxaxb", "*.a.?")': "true false",
    'isInNet("10.1.2.3", "10.0.0.0", "255.0.0.0") + " " + isInNet("www.example.com", "192.0.2.0", "255.255.255.0")':
      "true true",
    'dnsResolve("www.example.com") + " " + dnsResolve("nowhere")': "192.0.2.7 null",
    'dnsResolveEx("www.example.com")': "192.0.2.7;2001:db8::7",
    "myIpAddress()": "10.0.0.5",
    'dnsDomainLevels("a.b.c")': "2",
  };
  for (const [expression, expected] of Object.entries(cases)) {
    const engine = await load(t, body(`return String(${expression});`));
    t.strictSame(engine.find("http://x/", "x"), { ok: true, value: expected }, expression);
  }
});

t.test("what is no script is told", async (t) => {
  t.match(await PacEngine.load("function (", options), { ok: false });
  t.match(await PacEngine.load("var x = 1;", options), { ok: false, error: /no function FindProxyForURL/ });
  t.match(await PacEngine.load("throw new Error('no')", options), { ok: false, error: "no" });
  const engine = await load(t, body("return nothing.there;"));
  t.match(engine.find("http://a/", "a"), { ok: false, error: /nothing/ });
});

t.test("a script that does not end, or eats memory, is stopped", async (t) => {
  t.match(await PacEngine.load("for (;;) {}", options), { ok: false, error: /longer than/ });
  const engine = await load(
    t,
    body('var all = []; for (;;) all.push(new Array(1000).join("x" + all.length));'),
  );
  t.match(engine.find("http://a/", "a"), { ok: false });
  t.match((await load(t, body('return "DIRECT";'))).find("http://a/", "a"), { ok: true }, "others go on");
});

t.test("a script reaches nothing of this machine", async (t) => {
  const engine = await load(
    t,
    body("return [typeof process, typeof require, typeof fetch, typeof WebAssembly].join();"),
  );
  t.strictSame(engine.find("http://a/", "a"), { ok: true, value: "undefined,undefined,undefined,undefined" });
});
