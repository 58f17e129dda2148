import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { type LogFs, nodeLogFs } from "#log/log-fs.ts";
import { RotatingFile, type RotatingFileSettings } from "#log/rotating-file.ts";
import { faultyLogFs } from "#test/support/faulty-log-fs.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 10_000;

function bench(path: string, different: Partial<RotatingFileSettings> = {}, fs: LogFs = nodeLogFs) {
  const time = { nowMs: 0, wallMs: Date.now() };
  const events: { event: string; values: Record<string, unknown> }[] = [];
  const counted = { written: 0, dropped: 0 };
  const settings = {
    path,
    rotateBytes: 0,
    rotateDaily: false,
    keep: 3,
    bufferBytesMax: 65_536,
    ...different,
  };
  const file = new RotatingFile(settings, {
    fs,
    clock: { nowMs: () => time.nowMs, wallMs: () => time.wallMs },
    logger: (_level, event, values = {}) => void events.push({ event, values }),
    onWritten: (lines) => {
      counted.written += lines;
    },
    onDropped: (lines) => {
      counted.dropped += lines;
    },
  });
  const settled = () => until(() => (file.status.queuedBytes === 0 ? true : undefined), LIMIT_MS);
  return { file, settings, events, counted, time, settled };
}

type Bench = ReturnType<typeof bench>;

const eventNames = ({ events }: Bench): readonly string[] => events.map(({ event }) => event);

const heard = (one: Bench, event: string) =>
  until(() => one.events.find((candidate) => candidate.event === event), LIMIT_MS);

function folder(t: Tap): string {
  const path = mkdtempSync(join(tmpdir(), "futago-log-"));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

type Tap = { teardown(end: () => unknown): unknown };

void t.test("lines arrive in order in a file whose folders are created", async (t) => {
  const path = join(folder(t), "a/b/access.log");
  const one = bench(path);
  t.ok((await one.file.open()).ok);
  let wanted = "";
  for (let at = 0; at < 500; at += 1) {
    wanted += `line ${at}\n`;
    one.file.append(`line ${at}\n`, 1);
  }
  await one.file.close();
  t.equal(readFileSync(path, "utf8"), wanted);
  t.match(one.file.status, { queuedBytes: 0, writtenLines: 500, droppedLines: 0, fault: null });
  t.strictSame(one.counted, { written: 500, dropped: 0 });
  t.notOk(one.file.append("late\n", 1), "nothing is taken after the close");
});

void t.test("a wrong path is known at the start", async (t) => {
  const path = join(folder(t), "plain");
  writeFileSync(path, "");
  t.match(await bench(join(path, "access.log")).file.open(), { ok: false, error: /ENOTDIR|EEXIST/ });
});

void t.test("a file is rotated by size, never within a batch, and the newest are kept", async (t) => {
  const where = folder(t);
  const one = bench(join(where, "access.log"), { rotateBytes: 100, keep: 2 });
  for (const letter of ["a", "b", "c", "d", "e"]) {
    one.file.append(`${letter.repeat(59)}\n`, 1);
    await one.settled();
    one.time.wallMs += 1_000;
  }
  await one.file.close();
  const names = readdirSync(where).sort();
  t.equal(names.length, 3);
  t.equal(names[0], "access.log");
  const letters = names.map((name) => readFileSync(join(where, name), "utf8").slice(0, 1));
  t.strictSame(letters, ["e", "c", "d"], "two older ones were removed");
});

void t.test("two rotations in a second keep both files", async (t) => {
  const where = folder(t);
  const one = bench(join(where, "access.log"), { rotateBytes: 1 });
  for (const letter of ["a", "b", "c"]) one.file.append(`${letter}\n`, 1);
  await one.file.close();
  t.equal(readdirSync(where).length, 3);
});

void t.test("a new file is begun on a new local day, after a restart too", async (t) => {
  const where = folder(t);
  const path = join(where, "access.log");
  const one = bench(path, { rotateDaily: true });
  one.file.append("today\n", 1);
  await one.settled();
  one.time.wallMs += 24 * 3_600_000;
  one.file.append("tomorrow\n", 1);
  await one.file.close();
  t.equal(readFileSync(path, "utf8"), "tomorrow\n");
  const later = bench(path, { rotateDaily: true });
  later.time.wallMs += 48 * 3_600_000;
  later.file.append("later\n", 1);
  await later.file.close();
  t.equal(readFileSync(path, "utf8"), "later\n");
  t.equal(readdirSync(where).length, 3);
});

void t.test("a file that was moved away is opened anew on demand, with no line lost", async (t) => {
  const where = folder(t);
  const path = join(where, "access.log");
  const one = bench(path);
  one.file.append("before\n", 1);
  await one.settled();
  renameSync(path, join(where, "moved"));
  one.file.reopen();
  await until(() => (readdirSync(where).includes("access.log") ? true : undefined), LIMIT_MS);
  one.file.append("after\n", 1);
  one.file.configure({ ...one.settings, path: join(where, "other.log") });
  one.file.append("elsewhere\n", 1);
  await one.file.close();
  const all = ["moved", "access.log", "other.log"].map((name) => readFileSync(join(where, name), "utf8"));
  t.equal(all.join(""), "before\nafter\nelsewhere\n");
});

void t.test("a last line that was cut by a crash does not swallow the next", async (t) => {
  const path = join(folder(t), "access.log");
  writeFileSync(path, "whole\ncut");
  const one = bench(path);
  one.file.append("next\n", 1);
  await one.file.close();
  t.equal(readFileSync(path, "utf8"), "whole\ncut\nnext\n");
});

void t.test("a disk that fails loses nothing that fits the buffer", async (t) => {
  const disk = faultyLogFs();
  const one = bench("/log/access.log", {}, disk.fs);
  disk.failWith = "EIO";
  one.file.append("a\n", 1);
  t.match((await heard(one, "access-log-failed")).values, { file: "/log/access.log", error: "EIO" });
  t.equal(one.file.status.fault, "EIO");
  one.file.append("b\n", 1);
  disk.failWith = null;
  t.match((await heard(one, "access-log-recovered")).values, { droppedLines: 0 });
  await one.file.close();
  t.equal(disk.text(), "a\nb\n");
  t.equal(one.file.status.fault, null);
});

void t.test(
  "what does not fit is dropped as whole lines, counted, reported, and recovery is reported",
  async (t) => {
    const disk = faultyLogFs();
    const one = bench("/log/access.log", { bufferBytesMax: 20 }, disk.fs);
    disk.failWith = "ENOSPC";
    t.strictSame(
      [1, 2, 3, 4].map((at) => one.file.append(`line ${at}..\n`, 1)),
      [true, true, false, false],
    );
    await heard(one, "access-log-failed");
    t.strictSame(one.counted, { written: 0, dropped: 2 });
    t.equal(eventNames(one).filter((name) => name === "access-log-dropping").length, 1, "said once");
    one.time.nowMs += 61_000;
    one.file.append("lost again\n", 1);
    t.equal(eventNames(one).filter((name) => name === "access-log-dropping").length, 2, "and once a minute");
    disk.failWith = null;
    t.match((await heard(one, "access-log-recovered")).values, { droppedLines: 3 });
    await one.file.close();
    t.equal(disk.text(), "line 1..\nline 2..\n");
    t.match(one.file.status, { writtenLines: 2, droppedLines: 3, fault: null });
  },
);

void t.test("a disk that is slow drops and recovers too", async (t) => {
  const disk = faultyLogFs();
  const one = bench("/log/access.log", { bufferBytesMax: 20 }, disk.fs);
  disk.hold();
  for (const at of [1, 2, 3]) one.file.append(`line ${at}..\n`, 1);
  t.match(one.events, [{ event: "access-log-dropping", values: { why: "the disk is slow" } }]);
  disk.release();
  t.match((await heard(one, "access-log-recovered")).values, { droppedLines: 1 });
  await one.file.close();
  t.equal(disk.text(), "line 1..\nline 2..\n");
});

void t.test("a torn line is taken back, whole lines before it stay, at every room there is", async (t) => {
  const wanted = "first\nsecond\nthird\n";
  for (let room = 0; room < wanted.length; room += 1) {
    const disk = faultyLogFs();
    const one = bench("/log/access.log", {}, disk.fs);
    disk.room = room;
    one.file.append(wanted, 3);
    await heard(one, "access-log-failed");
    t.match(disk.text(), /^(?:[a-z]+\n)*$/, `${room} bytes of room: ${JSON.stringify(disk.text())}`);
    t.equal(disk.text(), wanted.slice(0, wanted.lastIndexOf("\n", room - 1) + 1));
    disk.room = Number.POSITIVE_INFINITY;
    one.file.reopen();
    await one.file.close();
    t.equal(disk.text(), wanted);
    t.strictSame(one.counted, { written: 3, dropped: 0 });
  }
});

void t.test("a torn line that cannot be taken back is finished later", async (t) => {
  const disk = faultyLogFs();
  const one = bench("/log/access.log", {}, disk.fs);
  disk.room = 8;
  disk.canShorten = false;
  one.file.append("first\nsecond\nthird\n", 3);
  await heard(one, "access-log-failed");
  t.equal(disk.text(), "first\nse");
  disk.room = Number.POSITIVE_INFINITY;
  await one.file.close();
  t.equal(disk.text(), "first\nsecond\nthird\n");
  t.strictSame(one.counted, { written: 3, dropped: 0 });
});

void t.test("a file that cannot be rotated goes on", async (t) => {
  const disk = faultyLogFs();
  const one = bench("/log/access.log", { rotateBytes: 4 }, disk.fs);
  disk.canRename = false;
  for (const letter of ["a", "b", "c"]) {
    one.file.append(`${letter}${letter}\n`, 1);
    await one.settled();
  }
  await one.file.close();
  t.equal(disk.text(), "aa\nbb\ncc\n");
  t.strictSame(eventNames(one), ["access-log-rotation-failed"], "and it is said once");
});

void t.test("closing gives up what a failing disk does not take, and counts it", async (t) => {
  const disk = faultyLogFs();
  const one = bench("/log/access.log", {}, disk.fs);
  disk.failWith = "EIO";
  one.file.append("a\nb\n", 2);
  await heard(one, "access-log-failed");
  await one.file.close();
  t.strictSame(one.counted, { written: 0, dropped: 2 });
});

const isRoot = process.getuid?.() === 0;

void t.test("a real full disk", { skip: isRoot ? false : "mounting needs root" }, async (t) => {
  const where = folder(t);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", where], { stdio: "pipe" });
  } catch {
    t.comment("mounting is not permitted here");
    return;
  }
  t.teardown(() => execFileSync("umount", [where]));
  const path = join(where, "access.log");
  const filler = join(where, "filler");
  const one = bench(path, { bufferBytesMax: 65_536 });
  t.ok((await one.file.open()).ok);
  appendFileSync(filler, Buffer.alloc(40 * 1_024));
  const line = `${"x".repeat(99)}\n`;
  for (let at = 0; at < 100; at += 1) one.file.append(line.repeat(10), 10);
  t.match((await heard(one, "access-log-failed")).values, { error: "ENOSPC" });
  t.match(readFileSync(path, "utf8"), /^(?:x{99}\n)+$/, "only whole lines are on the disk");
  t.ok(one.counted.dropped > 0, "and what did not fit was counted");
  rmSync(filler);
  await heard(one, "access-log-recovered");
  await one.file.close();
  const lines = readFileSync(path, "utf8").split("\n").length - 1;
  t.equal(lines, one.counted.written);
  t.equal(one.counted.written + one.counted.dropped, 1_000, "every line was written or counted");
});
