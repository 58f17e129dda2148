import t from "tap";
import { formatStatus } from "#appliance/cli/format-status.ts";

t.test("fields are aligned, lists are tables, numbers carry units", async (t) => {
  const status = {
    name: "tokyo-1",
    generation: 3,
    uptimeMs: 7_384_000,
    draining: false,
    parents: [],
    listening: [
      { address: "127.0.0.1", port: 3128 },
      { address: "::1", port: 13_128 },
    ],
    workers: [
      { worker: 0, state: "running", restarts: 12 },
      { worker: 1, state: "starting", restarts: 0, lastError: "out of memory" },
    ],
    counters: {
      transactions: 1_234_567,
      client_bytes_sent: 5_368_709_120,
      close_complete: 9,
      close_bad_host: 0,
    },
  };
  t.equal(
    formatStatus(status),
    [
      "name        tokyo-1",
      "generation  3",
      "uptime      2 h 3 min",
      "draining    no",
      "parents     none",
      "",
      "listening:",
      "  address     port",
      "  127.0.0.1   3128",
      "  ::1        13128",
      "",
      "workers:",
      "  worker  state     restarts  last error",
      "       0  running         12  –",
      "       1  starting         0  out of memory",
      "",
      "counters:",
      "  transactions       1,234,567",
      "  client bytes sent  5.0 GiB",
      "  close complete     9",
    ].join("\n"),
  );
});

t.test("durations show their two largest units, sizes one digit", async (t) => {
  const CASES: readonly (readonly [name: string, value: number, shown: string])[] = [
    ["aMs", 0, "0 ms"],
    ["aMs", 999.4, "999 ms"],
    ["aMs", 1_000, "1 s"],
    ["aMs", 3_600_000, "1 h"],
    ["aMs", 3_605_000, "1 h"],
    ["aMs", 90_061_000, "1 d 1 h"],
    ["aMs", -90_000, "-1 min 30 s"],
    ["hit_ratio_5_min", 0.9876, "98.8 %"],
    ["aBytes", 0, "0 B"],
    ["aBytes", 1_023, "1023 B"],
    ["aBytes", 1_536, "1.5 KiB"],
    ["aBytes", 2 ** 50, "1024.0 TiB"],
  ];
  for (const [name, value, shown] of CASES) t.equal(formatStatus({ [name]: value }).split("  ")[1], shown);
});

t.test("an answer that is no object is shown as it is", async (t) => {
  t.equal(formatStatus("done"), "done");
});
