import t from "tap";
import { describeSettings, type SettingRow } from "#settings/describe.ts";

const ROWS = describeSettings().flatMap(({ rows }) => rows);

const rowOf = (path: string): SettingRow | undefined => ROWS.find((row) => row.path === path);

t.test("every setting has a description, what it may be, and a path of its own", async (t) => {
  for (const row of ROWS) {
    t.not(row.description, "", `${row.path} is described`);
    t.not(row.allowed, "text", `${row.path} says what it may be`);
  }
  t.equal(new Set(ROWS.map(({ path }) => path)).size, ROWS.length);
});

t.test("numbers carry their unit, range and default", async (t) => {
  t.strictSame(rowOf("limits.headBytesMax"), {
    path: "limits.headBytesMax",
    type: "integer",
    unit: "bytes",
    allowed: "a whole number of bytes from 1024 to 1048576 (1 KiB to 1 MiB)",
    fallback: "65536",
    fallbackSpoken: "64 KiB",
    description: "Larger heads, of requests and of answers, are refused (431, 502).",
  });
  t.match(rowOf("limits.connectionsMax"), { unit: null, fallback: "50000", fallbackSpoken: null });
  t.match(rowOf("upstream.happyEyeballsDelayMs"), { fallback: "250", fallbackSpoken: null });
});

t.test("lists of objects have a row for the list and one for each member", async (t) => {
  t.match(rowOf("listen"), { type: "array", fallback: '[{ "address": "127.0.0.1", "port": 3128 }]' });
  t.match(rowOf("listen[].port"), { type: "integer", fallback: "3128" });
  t.match(rowOf("parents[].url"), { type: "string", fallback: null });
  t.match(rowOf("egress.allow[].ports"), { type: "array", fallback: null });
});

t.test("choices are told", async (t) => {
  t.match(rowOf("accessLog.format"), { type: "choice", allowed: '"squid", "combined" or "json"' });
});
