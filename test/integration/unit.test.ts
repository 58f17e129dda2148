import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { callControl } from "#control/client.ts";
import type { ControlRequest, StatusAnswer } from "#control/contract.ts";
import { lineClient } from "#test/support/line-client.ts";
import { until } from "#test/support/until.ts";

const PROGRAM = fileURLToPath(new URL("../support/test-unit.ts", import.meta.url));
const LIMIT_MS = 30_000;

interface Child extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly stateDir: string;
  readonly port: number;
  readonly output: () => string;
  readonly exit: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  write(settings: object): void;
  status(): Promise<StatusAnswer>;
  call(request: ControlRequest): ReturnType<typeof callControl>;
}

const BASE = {
  listen: [{ port: 0 }],
  workers: 1,
  metrics: { enabled: true, port: 0 },
  console: { enabled: false },
};

/** A unit as its own process; resolves once it says where it listens, or has ended. */
async function startUnit(
  settings: object = {},
  stateDir = mkdtempSync(join(tmpdir(), "futago-unit-")),
): Promise<Child> {
  const file = join(stateDir, "settings.json");
  const write = (different: object): void => writeFileSync(file, JSON.stringify({ ...BASE, ...different }));
  write(settings);
  const child = spawn(process.execPath, [PROGRAM, join(stateDir, "state"), file], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (more: string) => {
      text += more;
    });
  const exit = once(child, "close").then(([code, signal]) => ({ code, signal }));
  await until(() => (/^Try: /m.test(text) || child.exitCode !== null ? true : undefined), LIMIT_MS);
  const socket = join(stateDir, "state/control.sock");
  return {
    process: child,
    stateDir,
    port: Number(/proxy +127\.0\.0\.1:(\d+)/.exec(text)?.[1] ?? 0),
    output: () => text,
    exit,
    write,
    call: (request) => callControl(socket, request),
    status: async () => {
      const answer = await callControl(socket, { command: "status" });
      if (!answer.ok) throw new Error(answer.error);
      return answer.value;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exit;
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

void t.test("a unit says where it listens, answers over its socket and shows its metrics", async (t) => {
  await using unit = await startUnit();
  t.match(unit.output(), /^Try: curl -x http:\/\/127\.0\.0\.1:\d+ http:\/\/example\.com\/$/m);
  t.equal(statSync(join(unit.stateDir, "state")).mode & 0o777, 0o700);
  await using client = await lineClient(unit.port);
  await client.next();
  const status = await unit.status();
  t.match(status, {
    unit: "futago",
    state: "serving",
    generation: 1,
    listening: [`127.0.0.1:${unit.port}`],
    lastReload: null,
    accessLog: { droppedLines: 0, fault: null },
    workers: [{ worker: 0, state: "serving", restarts: 0 }],
    counters: { client_connections: 1, client_connections_open: 1 },
  });
  const counters = await unit.call({ command: "counters" });
  t.match(counters, {
    ok: true,
    value: { workers: { 0: { client_connections: 1 }, main: { log_lines: 0 } } },
  });
  const metrics = await (await fetch(`http://${status.metrics}/metrics`)).text();
  t.match(metrics, '\nfutago_client_connections_total{worker="0"} 1\n');
  t.match(metrics, '\nfutago_worker_serving{worker="0"} 1\n');
});

void t.test("SIGTERM and SIGINT drain: what is open ends by itself, the exit code is 0", async (t) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    await using unit = await startUnit();
    await using client = await lineClient(unit.port);
    await client.next();
    client.say("log");
    unit.process.kill(signal);
    await until(
      () =>
        lineClient(unit.port).then(
          (late) => void late.socket.destroy(),
          () => true,
        ),
      LIMIT_MS,
    );
    client.say("who");
    t.match(await client.next(), /^0 /, "an open connection is served on");
    client.say("close");
    t.strictSame(await unit.exit, { code: 0, signal: null }, signal);
    const log = readFileSync(join(unit.stateDir, "state/log/access.log"), "utf8");
    t.match(log, /http:\/\/log\.example\/0 /, "the last lines are on the disk");
    t.strictSame(readdirSync(join(unit.stateDir, "state")).sort(), ["cache", "log"], "the socket is gone");
  }
});

void t.test("the drain ends at its time limit, and a second signal ends it at once", async (t) => {
  await using limited = await startUnit({ drain: { timeoutMs: 50 } });
  await using held = await lineClient(limited.port);
  limited.process.kill("SIGTERM");
  t.strictSame(await limited.exit, { code: 0, signal: null });
  await held.closed;
  await using impatient = await startUnit();
  await using open = await lineClient(impatient.port);
  impatient.process.kill("SIGTERM");
  await until(() => (/ draining /.test(impatient.output()) ? true : undefined), LIMIT_MS);
  impatient.process.kill("SIGINT");
  t.strictSame(await impatient.exit, { code: 130, signal: null });
  await open.closed;
});

void t.test("a drain over the control socket is answered and ends the unit", async (t) => {
  await using unit = await startUnit();
  t.strictSame(await unit.call({ command: "drain" }), { ok: true, value: { draining: true } });
  t.strictSame(await unit.exit, { code: 0, signal: null });
});

void t.test("SIGHUP and the control socket reload with listeners open", async (t) => {
  await using unit = await startUnit();
  await using client = await lineClient(unit.port);
  await client.next();
  unit.write({ unit: { name: "second" }, workers: 2 });
  unit.process.kill("SIGHUP");
  await until(async () => ((await unit.status()).generation === 2 ? true : undefined), LIMIT_MS);
  await until(async () => ((await unit.status()).workers.length === 2 ? true : undefined), LIMIT_MS);
  client.say("who");
  t.match(await client.next(), /^0 \d+ second$/);
  unit.write({ unit: { name: "third" }, control: { socket: "other.sock" } });
  t.strictSame(await unit.call({ command: "reload" }), {
    ok: true,
    value: { generation: 3, notes: ["control.socket changes at the next start"] },
  });
  t.match(await unit.status(), {
    unit: "third",
    lastReload: { ok: true },
    listening: [`127.0.0.1:${unit.port}`],
  });
});

void t.test("faults in the settings change nothing and are told", async (t) => {
  await using unit = await startUnit();
  const busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
  const { port } = busy.address() as { port: number };
  const faulty: readonly (readonly [object, RegExp])[] = [
    [{ workers: -1 }, /workers: found -1/],
    [{ unit: { name: "refuse-me" } }, /this name is refused/],
    [{ listen: [{ port: 0 }, { port }] }, /another program listens there/],
    [{ accessLog: { file: "/dev/null/access.log" } }, /cannot write the access log/],
    [{ metrics: { enabled: true, port } }, /cannot serve metrics/],
  ];
  for (const [settings, error] of faulty) {
    unit.write(settings);
    t.match(await unit.call({ command: "reload" }), { ok: false, error });
    t.match((await unit.status()).lastReload, { ok: false, faults: [error] });
  }
  const status = await unit.status();
  t.match(status, { unit: "futago", state: "serving", listening: [`127.0.0.1:${unit.port}`] });
  t.equal((await fetch(`http://${status.metrics}/metrics`)).status, 200, "the metrics are where they were");
  busy.close();
});

void t.test("SIGUSR1 opens a log that was moved away", async (t) => {
  await using unit = await startUnit();
  const log = join(unit.stateDir, "state/log/access.log");
  renameSync(log, `${log}.moved`);
  unit.process.kill("SIGUSR1");
  await until(
    () => (readdirSync(join(unit.stateDir, "state/log")).length === 2 ? true : undefined),
    LIMIT_MS,
  );
  await using client = await lineClient(unit.port);
  client.say("log");
  await until(() => (statSync(log).size > 0 ? true : undefined), LIMIT_MS);
  t.equal(statSync(`${log}.moved`).size, 0);
});

void t.test("a worker that dies is reported, and the unit serves on", async (t) => {
  await using unit = await startUnit();
  await using client = await lineClient(unit.port);
  client.say("crash");
  await until(() => (/ worker-restarted /.test(unit.output()) ? true : undefined), LIMIT_MS);
  t.match(unit.output(), /error {3}worker-died worker=0 why=".*told to crash.*" restartInMs=100/);
  t.match((await unit.status()).workers, [{ state: "serving", restarts: 1, lastEnd: /told to crash/ }]);
});

void t.test("what prevents a start is one clear sentence and an exit code", async (t) => {
  await using first = await startUnit();
  await using same = await startUnit({ listen: [{ port: first.port }] });
  t.equal((await same.exit).code, 1);
  t.match(
    same.output(),
    /^futago: cannot listen on 127\.0\.0\.1 port \d+: another program listens there; stop it/m,
  );
  await using faulty = await startUnit({ workers: "many" });
  t.equal((await faulty.exit).code, 2);
  t.match(faulty.output(), /^futago: the settings in .* have faults:\n {2}workers: found "many", expected /m);
});

void t.test(
  "a second unit with the same state is refused, and the state of a killed one is taken over",
  async (t) => {
    await using unit = await startUnit();
    const second = spawn(process.execPath, [
      PROGRAM,
      join(unit.stateDir, "state"),
      join(unit.stateDir, "settings.json"),
    ]);
    let errors = "";
    second.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const [code] = await once(second, "close");
    t.equal(code, 1);
    t.match(errors, /another unit runs with this state/);
    unit.process.kill("SIGKILL");
    await unit.exit;
    await using next = await startUnit({}, unit.stateDir);
    t.equal((await next.status()).state, "serving");
  },
);
