/** `make pair`, played without a terminal. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import t, { type Test } from "tap";
import { needsRoot } from "#test/support/namespaces.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 30_000;

function play(t: Test): { readonly child: ChildProcess; readonly shows: (text: RegExp) => Promise<unknown> } {
  const child = spawn(process.execPath, ["--no-warnings", "test/pair/run.ts"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.teardown(() => void child.kill("SIGKILL"));
  let shown = "";
  child.stdout?.on("data", (text: Buffer) => {
    shown += text;
  });
  return { child, shows: (text) => until(() => text.test(shown) || undefined, LIMIT_MS) };
}

const namespaces = (): string => execFileSync("ip", ["netns", "list"], { encoding: "utf8" });

void t.test("keys move the addresses, and the last one ends it all", { skip: needsRoot }, async (t) => {
  const { child, shows } = play(t);
  await shows(/unit a has the addresses/);
  t.match(namespaces(), `ft${child.pid}x`);
  const ended = once(child, "exit");
  child.stdin?.write("o");
  await shows(/kernel: unit b has the addresses/);
  child.stdin?.write("k");
  await shows(/unit b has lost its power/);
  await shows(/unit b {4}does not run/);
  child.stdin?.write("r");
  await shows(/unit b starts/);
  child.stdin?.write("q");
  t.strictSame(await ended, [0, null]);
  t.notMatch(namespaces(), `ft${child.pid}x`);
});

void t.test("when it is killed nothing stays", { skip: needsRoot }, async (t) => {
  const { child, shows } = play(t);
  await shows(/unit a has the addresses/);
  child.kill("SIGKILL");
  await until(() => !namespaces().includes(`ft${child.pid}x`) || undefined, LIMIT_MS);
  t.notMatch(execFileSync("ls", ["/tmp"], { encoding: "utf8" }), `ft${child.pid}x`);
});
