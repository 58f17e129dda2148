import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { futago, futagoProcess, stateFolder } from "#test/support/futago-command.ts";

const BAD_SETTINGS = '{ "limits": { "headBytesMax": "64k" }, "worker": 2 }';
const NOT_POLICY = '{ "clients": { "allowedNetworks": ["10.0.0.0/33"] } }';

t.test("version, in a process of its own", async (t) => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly version: string };
  t.strictSame(await futagoProcess("version"), { code: 0, out: `futago ${version}\n`, err: "" });
  t.strictSame(await futago("--version"), { code: 0, out: `futago ${version}\n`, err: "" });
});

t.test("check-settings, in a process of its own", async (t) => {
  const folder = t.testdir({ "good.json": "{}", "bad.json": BAD_SETTINGS });
  const [good, bad] = [join(folder, "good.json"), join(folder, "bad.json")];
  t.strictSame(await futagoProcess("check-settings", good), { code: 0, out: `${good}: ok\n`, err: "" });
  const answer = await futagoProcess("check-settings", bad);
  t.equal(answer.code, 2);
  t.equal(answer.out, "");
  const lines = answer.err.trimEnd().split("\n");
  t.equal(
    lines[0],
    `${bad}: limits.headBytesMax: found "64k", expected a whole number of bytes from 1024 to 1048576 (1 KiB to 1 MiB)`,
  );
  t.match(lines[1], /: worker: found an unknown key, expected one of .*; did you mean "workers"\?$/);
  t.equal(lines[2], `${bad}: 2 faults`);
});

t.test("check-settings tells what only policy can see", async (t) => {
  const file = join(t.testdir({ "settings.json": NOT_POLICY }), "settings.json");
  const answer = await futago("check-settings", file);
  t.equal(answer.code, 2);
  t.match(answer.err, /clients\.allowedNetworks\[0\]: found "10\.0\.0\.0\/33", expected an address/);
  t.match(answer.err, /: 1 fault\n$/);
});

t.test("check-settings of a file that is not there", async (t) => {
  const answer = await futago("check-settings", "/nowhere/settings.json");
  t.equal(answer.code, 2);
  t.match(answer.err, /^\/nowhere\/settings\.json: found no such file, expected a settings file/);
});

t.test("a wrong command line exits 64 and says what was probably meant", async (t) => {
  const CASES: readonly (readonly [words: readonly string[], err: RegExp])[] = [
    [[], /^Usage: futago COMMAND/],
    [["chek-settings", "x"], /^futago: unknown command "chek-settings"; did you mean "check-settings"\?/],
    [["frobnicate"], /^futago: unknown command "frobnicate" \(see/],
    [["--frobnicate"], /^futago: unknown command "--frobnicate"/],
    [["check-settings"], /^futago: check-settings: FILE is missing \(see "futago check-settings --help"\)/],
    [["check-settings", "a", "b"], /unexpected word "b"/],
    [["status", "--jsn"], /unknown option --jsn; did you mean --json\?/],
    [
      ["ha", "handovr"],
      /"handovr" is none of status, handover, maintenance on, maintenance off, announce, presets/,
    ],
    [["ha", "toString"], /"toString" is none of/],
    [["status", "-x"], /unknown option -x/],
    [["status", "--json=yes"], /--json takes no value/],
    [["run", "--settings"], /--settings needs a value: --settings FILE/],
    [["run", "--settings", "--state", "x"], /--settings needs a value/],
    [["run", "--state="], /--state needs a value/],
    [["run", "--state", "a", "--state", "b"], /--state is given twice/],
    [["help", "statsu"], /did you mean "status"\?/],
    [["cache", "prge"], /^futago: unknown command "cache prge"; did you mean "cache purge"\?/],
  ];
  for (const [words, err] of CASES) {
    const answer = await futago(...words);
    t.equal(answer.code, 64, words.join(" "));
    t.equal(answer.out, "");
    t.match(answer.err, err);
  }
  t.equal((await futagoProcess("frobnicate")).code, 64, "as a process too");
});

t.test("help is there for the whole and for every command", async (t) => {
  const general = await futago("--help");
  t.equal(general.code, 0);
  const names = [...general.out.matchAll(/^ {2}((?:(?:cache|pac|console) )?[a-z-]+) /gm)].map(
    ([, name]) => name ?? "",
  );
  t.strictSame(names, [
    ...[
      "run",
      "check-settings",
      "settings",
      "status",
      "ha",
      "reload",
      "drain",
      "console password",
      "api",
      "support",
    ],
    ...["cache purge", "cache stats", "cache inspect", "pac show", "pac test", "pac lint", "pac publish"],
    ...["version", "help"],
  ]);
  for (const name of names) {
    const words = name.split(" ");
    const answer = await futago(...words, "--help");
    t.equal(answer.code, 0, name);
    t.match(answer.out, new RegExp(`^Usage: futago ${name}\\b`));
    t.match(answer.out, /--help {2,}\S/);
    t.strictSame(await futago("help", ...words), answer);
    t.strictSame(await futago(...words, "-h"), answer);
  }
  const group = await futago("cache", "--help");
  t.equal(group.code, 0);
  t.match(group.out, /^ {2}cache purge .*\n {2}cache stats .*\n {2}cache inspect /m);
  t.notMatch(group.out, /^ {2}run/m);
  t.strictSame(await futago("help", "cache"), group);
  t.strictSame(await futago("cache"), { code: 64, out: "", err: group.out });
});

t.test("settings are told by section, by name, and by the last part of a name", async (t) => {
  const all = await futago("settings");
  t.equal(all.code, 0);
  t.match(all.out, /^cache .*\n(?:.*\n)*redundancy +\S/m);
  const one = await futago("settings", "redundancy.intervalMs");
  t.match(
    one.out,
    /^redundancy\.intervalMs\n {2}a whole number .*10 to 60000.*; default 2000 \(2 s\)\n {2}\S.*\n$/,
  );
  t.strictSame(await futago("settings", "intervalMs"), one);
  t.match((await futago("settings", "listen")).out, /^listen\n(?:.*\n)+\nlisten\[\]\.port\n/);
  t.notMatch((await futago("settings", "dns")).out, /^cache/m);
  t.match(await futago("settings", "nonsense"), { code: 1, out: "", err: /no setting is called "nonsense"/ });
});

t.test("a unit that does not run is told, with exit code 1", async (t) => {
  const state = stateFolder(t);
  for (const command of ["status", "reload", "drain", "cache stats"]) {
    const answer = await futago(...command.split(" "), "--state", state);
    t.equal(answer.code, 1);
    t.equal(answer.out, "");
    t.equal(
      answer.err,
      `futago: ${command} at ${join(state, "control.sock")}: no unit runs with this state\n`,
    );
  }
});

t.test("the control socket is the one that the settings in the state folder name", async (t) => {
  const state = stateFolder(t, { control: { socket: "other.sock" } });
  t.match((await futago("status", "--state", state)).err, join(state, "other.sock"));
  t.match((await futago("status", "--state", state, "--socket", "/nowhere/x.sock")).err, "/nowhere/x.sock");
});

t.test("the presets are told with what they cost and how they are set", async (t) => {
  const { code, out } = await futago("ha", "presets");
  t.equal(code, 0);
  t.match(out, /^manual +2000 ms × 5 +a takeover within 10030 ms$/m);
  t.match(out, /^fastest +20 ms × 3 +a takeover within 90 ms$/m);
  const settings = [...out.matchAll(/"redundancy": (\{.*\})/g)].map(([, text]) => JSON.parse(text ?? ""));
  t.strictSame(settings, [
    { intervalMs: 2_000, count: 5 },
    { intervalMs: 100, count: 3 },
    { intervalMs: 20, count: 3 },
  ]);
});
