import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { futago, stateFolder } from "#test/support/futago-command.ts";

const WPAD = {
  enabled: true,
  proxies: [
    { name: "a", host: "192.168.0.1", port: 8080, unit: "this" },
    { name: "b", host: "192.168.0.2", port: 8080, unit: "peer" },
  ],
  rules: [
    { match: "suffix", value: "intra.example", via: "direct" },
    { match: "network", value: "10.0.0.0/8", via: "b" },
  ],
  profiles: [{ name: "lab", networks: ["10.0.0.0/8"], balance: "host" }],
};

const folder = (t: Test, changes: object = {}): string => stateFolder(t, { wpad: { ...WPAD, ...changes } });

t.test("pac show prints the script of a client, and warns on the side", async (t) => {
  const state = folder(t, { trailingDirect: true });
  const even = await futago("pac", "show", "--client", "192.168.0.10", "--state", state);
  t.equal(even.code, 0);
  t.match(even.out, /^\/\* Futago: proxy script\. /);
  t.match(even.out, '"PROXY 192.168.0.1:8080; PROXY 192.168.0.2:8080; DIRECT"');
  t.match(even.err, /^warning: wpad\.trailingDirect: .*5 minutes/m);
  const odd = await futago("pac", "show", "--client", "192.168.0.11", "--state", state);
  t.match(odd.out, '"PROXY 192.168.0.2:8080; PROXY 192.168.0.1:8080; DIRECT"');
  t.match((await futago("pac", "show", "--client", "10.0.0.1", "--state", state)).out, /of profile lab/);
  const named = await futago("pac", "show", "--client", "192.168.0.10", "--profile", "lab", "--state", state);
  t.match(named.out, /of profile lab/);
});

t.test("pac test tells the answer of the script and why", async (t) => {
  const state = folder(t);
  const ask = async (url: string, ...more: string[]) =>
    (await futago("pac", "test", url, "--client", "192.168.0.11", "--state", state, ...more)).out;
  t.equal(
    await ask("https://www.intra.example/path"),
    "answer  DIRECT\nclient  192.168.0.11: no profile is for it\nrule    1 of 5: intra.example and all below it\n",
  );
  t.match(
    await ask("http://10.1.2.3/"),
    /^answer {2}PROXY 192\.168\.0\.2:8080\n.*\nrule {4}2 of 5: the network 10\.0\.0\.0\/8\n/,
  );
  t.match(await ask("http://[::ffff:10.1.2.3]/"), "the network 10.0.0.0/8");
  t.match(await ask("intranet"), /^answer {2}DIRECT\n.*\nrule {4}3 of 5: names without a dot\n/);
  t.match(
    await ask("http://www.example.com/"),
    /^answer {2}PROXY 192\.168\.0\.2:8080; PROXY 192\.168\.0\.1:8080\n.*\nrule {4}none is for the host\norder {3}by the last octet/,
  );
  t.match(await ask("http://www.example.com/", "--profile", "lab"), /order {3}by the host and the weights/);
});

t.test("pac test takes the address of a name where the settings resolve names", async (t) => {
  const state = folder(t, { resolveNames: true });
  const ask = async (...more: string[]) =>
    (
      await futago(
        "pac",
        "test",
        "http://x.example.com/",
        "--client",
        "192.168.0.11",
        "--state",
        state,
        ...more,
      )
    ).out;
  t.match(
    await ask("--resolves-to", "10.9.9.9"),
    /rule {4}2 of 5: the network 10\.0\.0\.0\/8, which has the address 10\.9\.9\.9/,
  );
  t.match(await ask("--resolves-to", "192.0.2.9"), /none is for the host/);
  t.match(await ask(), /none is for the host/);
});

t.test("pac lint tells each finding with its line, and fails when there is an error", async (t) => {
  const lint = async (script: string) => {
    const file = join(t.testdir(), "proxy.pac");
    writeFileSync(file, script);
    const answer = await futago("pac", "lint", file);
    return { code: answer.code, lines: answer.out.replaceAll(file, "F").trimEnd().split("\n") };
  };
  const good = 'function FindProxyForURL(url, host) { return "PROXY a:1"; }';
  t.strictSame(await lint(good), { code: 0, lines: ["F: 0 errors, 0 warnings"] });
  const priced = await lint(good.replace("a:1", "a:1; DIRECT"));
  t.equal(priced.code, 0);
  t.match(priced.lines, [/^F:1: warning: .*5 minutes.* \[trailing-direct\]$/, "F: 0 errors, 1 warnings"]);
  const broken = await lint(good.replace("return", "return ="));
  t.equal(broken.code, 1);
  t.match(broken.lines, [/^F:0: error: .* \[does-not-run\]$/, "F: 1 errors, 0 warnings"]);
  t.match(await lint(good.replace('"PROXY a:1"', "host.length")), {
    code: 1,
    lines: [/which no browser understands/, /1 errors/],
  });
  t.equal((await futago("pac", "lint", "/nowhere/proxy.pac")).code, 1);
});

t.test("pac publish names the unit's own addresses", async (t) => {
  const listen = [{ address: "192.0.2.7", port: 8081 }];
  const answer = await futago("pac", "publish", "--domain", "corp.example", "--state", folder(t, { listen }));
  t.equal(answer.code, 0);
  t.match(answer.out, 'dhcp-option=252,"http://192.0.2.7:8081/wpad.dat"');
  t.match(answer.out, "host-record=wpad.corp.example,192.0.2.7");
  const unknown = { proxies: [{ name: "a", host: "proxy.example.com" }], rules: [] };
  t.match(await futago("pac", "publish", "--state", folder(t, unknown)), {
    code: 1,
    err: /no address of the script/,
  });
});

t.test("what is wrong is told with its exit code", async (t) => {
  const state = folder(t);
  const CASES: readonly (readonly [words: readonly string[], code: number, err: RegExp])[] = [
    [["show"], 64, /--client ADDR is missing/],
    [["show", "--client", "proxy"], 64, /"proxy" is no IP address/],
    [["show", "--client", "10.0.0.1", "--profile", "x"], 64, /no profile "x"/],
    [["test", "http://", "--client", "10.0.0.1"], 64, /is no URL/],
    [["test", "--client", "10.0.0.1"], 64, /URL is missing/],
  ];
  t.match(await futago("pac", "lint"), { code: 64, err: /FILE is missing/ });
  for (const [words, code, err] of CASES)
    t.match(await futago("pac", ...words, "--state", state), { code, err }, words.join(" "));
  const off = stateFolder(t, {});
  t.match(await futago("pac", "show", "--client", "10.0.0.1", "--state", off), {
    code: 2,
    err: /wpad\.enabled/,
  });
  const faulty = folder(t, { proxies: [] });
  t.match(await futago("pac", "publish", "--state", faulty), { code: 2, err: /wpad\.proxies/ });
  t.match(await futago("check-settings", join(faulty, "settings.json")), {
    code: 2,
    err: /wpad\.proxies: found \[\]/,
  });
});

t.test("check-settings warns of what is allowed by choice", async (t) => {
  const file = join(folder(t, { resolveNames: true }), "settings.json");
  t.match(await futago("check-settings", file), {
    code: 0,
    out: `${file}: ok\n`,
    err: /warning: wpad\.resolveNames/,
  });
});
