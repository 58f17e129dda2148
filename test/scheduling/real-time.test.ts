import { execFileSync } from "node:child_process";
import t from "tap";

/** In a process of its own, since it cannot be taken back: the outcome and what the kernel says. */
const PROGRAM = `
  import { readFileSync } from "node:fs";
  import { scheduleRealTime } from "#scheduling/real-time.ts";
  const { ok } = scheduleRealTime();
  const fields = readFileSync("/proc/thread-self/stat", "latin1").split(") ")[1].split(" ");
  console.log(JSON.stringify({ ok, priority: Number(fields[37]), policy: Number(fields[38]) }));`;

t.test(
  "the calling thread is scheduled in real time, or it is said that this is not permitted",
  async (t) => {
    const words = ["--no-warnings", "--input-type=module", "-e", PROGRAM];
    const seen = JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8" }));
    const isPermitted = process.getuid?.() === 0;
    t.strictSame(
      seen,
      isPermitted ? { ok: true, priority: 10, policy: 2 } : { ok: false, priority: 0, policy: 0 },
    );
  },
);
