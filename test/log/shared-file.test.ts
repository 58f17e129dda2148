/** A log that several processes append to: whole lines, in order, whatever else goes on. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { sharedLog, sharedLogLater } from "#log/shared-file.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 10_000;
const LARGE_BYTES = 17 * 1024 * 1024;

function place(t: { teardown(end: () => unknown): unknown }): string {
  const root = mkdtempSync(join(tmpdir(), "futago-shared-log-"));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  return join(root, "log/unit.log");
}

const linesOf = (path: string): readonly string[] =>
  existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];

t.test("lines of two writers are whole and in order, whether or not they wait for the disk", async (t) => {
  const path = place(t);
  const [one, other] = [sharedLog(path), sharedLogLater(path)];
  for (let line = 0; line < 500; line += 1) {
    one(`one ${line}\n`);
    other(`other ${line}\n`);
  }
  await until(() => linesOf(path).length === 1_000 || undefined, LIMIT_MS);
  for (const writer of ["one", "other"])
    t.strictSame(
      linesOf(path).filter((line) => line.startsWith(`${writer} `)),
      Array.from({ length: 500 }, (_, line) => `${writer} ${line}`),
    );
});

t.test("what would wait too long for the disk is lost, and nothing else is", async (t) => {
  const path = place(t);
  const log = sharedLogLater(path);
  for (let line = 0; line < 3_000; line += 1) log(`${line}\n`);
  await until(() => linesOf(path).length >= 1_000 || undefined, LIMIT_MS);
  log("later\n");
  await until(() => linesOf(path).at(-1) === "later" || undefined, LIMIT_MS);
  t.equal(linesOf(path)[0], "0");
  t.ok(linesOf(path).length <= 1_002, `${linesOf(path).length} lines`);
});

t.test("a large file is put aside, and one that cannot be written ends nothing", async (t) => {
  const path = place(t);
  sharedLog(path)("first\n");
  truncateSync(path, LARGE_BYTES);
  sharedLog(path)("second\n");
  t.equal(readFileSync(path, "utf8"), "second\n");
  t.equal(readdirSync(join(path, "..")).length, 2);
  writeFileSync(`${path}.file`, "");
  sharedLog(`${path}.file/unit.log`)("lost\n");
  sharedLogLater(`${path}.file/unit.log`)("lost\n");
});
