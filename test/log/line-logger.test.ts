import t from "tap";
import { createLineLogger } from "#log/line-logger.ts";

const clock = { nowMs: () => 0, wallMs: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6) };

void t.test("an event is one line with its values", async (t) => {
  const lines: string[] = [];
  const log = createLineLogger((line) => void lines.push(line), clock);
  log("info", "listening", { at: "[::1]:3128", workers: 2, ok: true });
  log("warning", "odd", { text: 'a "b"\n\u001b[31m\\', name: "日本 語\u202e", empty: "" });
  log("error", "bare");
  t.strictSame(lines, [
    "2026-01-02T03:04:05.006Z info    listening at=[::1]:3128 workers=2 ok=true\n",
    '2026-01-02T03:04:05.006Z warning odd text="a \\"b\\"\\n\\u001b[31m\\\\" name="日本 語\\u202e" empty=""\n',
    "2026-01-02T03:04:05.006Z error   bare\n",
  ]);
});

void t.test("a long value is cut", async (t) => {
  const lines: string[] = [];
  createLineLogger((line) => void lines.push(line), clock)("info", "long", { text: " ".repeat(100_000) });
  t.ok((lines[0]?.length ?? 0) < 1_100);
});
