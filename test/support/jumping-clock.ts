/** Preloaded into a program: its wall clock jumps an hour ahead and back, ten times a second. */
const JUMP_MS = 3_600_000;
const EVERY_MS = 100;

const trueNow = Date.now;
let offsetMs = 0;
Date.now = () => trueNow() + offsetMs;
const timer = setInterval(() => {
  offsetMs = offsetMs > 0 ? -JUMP_MS : JUMP_MS;
}, EVERY_MS);
timer.unref();
process.stderr.write("clock-jumps\n");
