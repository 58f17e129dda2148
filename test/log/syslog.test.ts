import { dlopen } from "node:ffi";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { Syslog } from "#log/syslog.ts";

const { functions } = dlopen(null, {
  bind: { arguments: ["i32", "pointer", "u32"], return: "i32" },
  close: { arguments: ["i32"], return: "i32" },
  recv: { arguments: ["i32", "pointer", "u64", "i32"], return: "i64" },
  socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
});
const MSG_DONTWAIT = 0x40;

/** A system log of our own: its path, and what it has got next. */
function systemLog(t: Test): { readonly path: string; readonly next: () => string | null } {
  const folder = mkdtempSync(join(tmpdir(), "futago-syslog-"));
  const path = join(folder, "log");
  const address = Buffer.alloc(110);
  address.writeUInt16LE(1, 0);
  address.write(path, 2);
  const fd = functions.socket(1, 2, 0);
  t.equal(functions.bind(fd, address, address.length), 0);
  t.teardown(() => {
    functions.close(fd);
    rmSync(folder, { recursive: true });
  });
  const bytes = Buffer.alloc(2_048);
  const next = (): string | null => {
    const length = Number(functions.recv(fd, bytes, BigInt(bytes.length), MSG_DONTWAIT));
    return length < 0 ? null : bytes.toString("utf8", 0, length);
  };
  return { path, next };
}

const clock = { nowMs: () => 0, wallMs: () => new Date(2026, 10, 4, 9, 5, 7).getTime() };

t.test("a line arrives with priority, local time, program and process", async (t) => {
  const { path, next } = systemLog(t);
  using log = new Syslog({ path, tag: "futago", pid: 42, clock });
  t.ok(log.write("notice", "CStrap(5) : Standby System(192.0.2.2) is a Enable."));
  t.equal(next(), "<29>Nov  4 09:05:07 futago[42]: CStrap(5) : Standby System(192.0.2.2) is a Enable.");
  t.ok(log.write("error", "二"));
  t.equal(next(), "<27>Nov  4 09:05:07 futago[42]: 二");
  t.equal(next(), null);
});

t.test("nobody there, nobody who keeps up, and after the end: the line is lost, nothing else", async (t) => {
  using nowhere = new Syslog({ path: "/nowhere/log", tag: "futago", pid: 1, clock });
  t.notOk(nowhere.write("info", "lost"));
  const { path } = systemLog(t);
  const log = new Syslog({ path, tag: "futago", pid: 1, clock });
  let written = 0;
  while (written < 100_000 && log.write("info", "a line")) written += 1;
  t.ok(written > 0 && written < 100_000, `${written} lines were taken`);
  log[Symbol.dispose]();
  t.notOk(log.write("info", "lost"));
});
