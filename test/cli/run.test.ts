import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import t from "tap";
import { futago, futagoProcess, startFutago, stateFolder } from "#test/support/futago-command.ts";

/** Any port, one worker: as small as a unit can be. */
const SETTINGS = { listen: [{ port: 0 }], workers: 1, drain: { timeoutMs: 0 }, console: { enabled: false } };

t.test("run, status, reload and drain, as their users type them", async (t) => {
  const state = stateFolder(t, SETTINGS);
  const { child, ended } = startFutago("run", "--state", state);
  t.teardown(() => child.kill("SIGKILL"));
  const greeting: string[] = [];
  if (child.stdout !== null)
    for await (const line of createInterface({ input: child.stdout })) {
      greeting.push(line);
      if (line.startsWith("Try: ")) break;
    }
  t.match(greeting.at(-1), /^Try: curl -x http:\/\/127\.0\.0\.1:\d+ /);

  const status = await futago("status", "--state", state, "--json");
  t.equal(status.code, 0);
  t.match(JSON.parse(status.out), { state: "serving", generation: 1, workers: [{ state: "serving" }] });
  t.match((await futago("status", "--state", state)).out, /^state +serving$/m);

  writeFileSync(join(state, "settings.json"), JSON.stringify({ ...SETTINGS, unit: { name: "other" } }));
  const reload = await futago("reload", "--state", state);
  t.match(reload, { code: 0, err: "" });
  t.match(reload.out, /^Generation 2 of the settings is in use\.$/m);
  t.match((await futago("status", "--state", state)).out, /^unit +other$/m);

  writeFileSync(join(state, "settings.json"), '{ "workers": -1 }');
  const refused = await futago("reload", "--state", state);
  t.match(refused, { code: 1, out: "" });
  t.match(refused.err, /workers: found -1, expected a whole number from 0 to 256/);

  t.match(await futago("drain", "--state", state), { code: 0, err: "" });
  t.equal((await ended).code, 0);
});

t.test("run with settings that have faults tells them and exits 2", async (t) => {
  const state = stateFolder(t, { workers: "two" });
  const answer = await futagoProcess("run", "--state", state);
  t.equal(answer.code, 2);
  t.match(answer.err, /workers: found "two", expected a whole number from 0 to 256/);
});
