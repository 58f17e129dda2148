import { spawn } from "node:child_process";
import t from "tap";
import { ProcessReader } from "#host/processes.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 15_000;
const ALL = 100_000;

t.test("this process is among the processes, with what it is", async (t) => {
  const { total, processes } = new ProcessReader().read(ALL);
  t.equal(processes.length, total);
  const own = processes.find(({ pid }) => pid === process.pid);
  t.match(own, { parent: process.ppid, state: "running", startedAt: /^20\d\d-/ });
  t.match(own?.command, /processes\.test\.ts/);
  t.ok((own?.memoryBytes ?? 0) > 10_000_000);
  t.ok(Math.abs(Date.parse(own?.startedAt ?? "") - (Date.now() - process.uptime() * 1_000)) < 2_000);
});

t.test("only as many as are wanted, the busiest first", async (t) => {
  const busy = spawn(process.execPath, ["--eval", "for (;;);"], { stdio: "ignore" });
  t.teardown(() => busy.kill("SIGKILL"));
  const reader = new ProcessReader();
  reader.read(1);
  await until(() => {
    const { total, processes } = reader.read(3);
    t.equal(processes.length, Math.min(3, total));
    return processes.some(({ pid, cpu }) => pid === busy.pid && cpu > 5) ? true : undefined;
  }, LIMIT_MS);
});

t.test("a process whose name has parentheses and spaces is read right", async (t) => {
  const name = "odd) (R 1";
  const odd = spawn(
    process.execPath,
    ["--eval", `process.title = ${JSON.stringify(name)}; setInterval(() => {}, 1000)`],
    { stdio: "ignore" },
  );
  t.teardown(() => odd.kill("SIGKILL"));
  const found = await until(
    () => new ProcessReader().read(ALL).processes.find((each) => each.pid === odd.pid && each.name === name),
    LIMIT_MS,
  );
  t.equal(found.parent, process.pid);
});
