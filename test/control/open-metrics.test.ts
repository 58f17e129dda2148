import t from "tap";
import { openMetrics } from "#control/open-metrics.ts";
import { COUNTERS_BYTES, Counters, describeCounter } from "#http/counters.ts";

void t.test("a family is described once and has a sample of each worker", async (t) => {
  const text = openMetrics([
    { worker: "0", values: { transactions: 5, tunnels_open: 2 } },
    { worker: "1", values: { transactions: 7, tunnels_open: 0 } },
    { worker: "main", values: { log_lines: 3 } },
  ]);
  t.equal(
    text,
    `# TYPE futago_transactions counter
# HELP futago_transactions Transactions ended, tunnels included.
futago_transactions_total{worker="0"} 5
futago_transactions_total{worker="1"} 7
# TYPE futago_tunnels_open gauge
# HELP futago_tunnels_open Tunnels open now.
futago_tunnels_open{worker="0"} 2
futago_tunnels_open{worker="1"} 0
# TYPE futago_log_lines counter
# HELP futago_log_lines Access log lines written.
futago_log_lines_total{worker="main"} 3
# EOF
`,
  );
});

void t.test("every counter there is has a family, and the text keeps to the format", async (t) => {
  const counters = new Counters(new SharedArrayBuffer(COUNTERS_BYTES));
  counters.countClose("client-idle");
  const values = counters.snapshot();
  const lines = openMetrics([{ worker: "0", values }]).split("\n");
  t.strictSame(lines.slice(-2), ["# EOF", ""]);
  t.equal(lines.length, Object.keys(values).length * 3 + 2);
  for (const name of Object.keys(values)) t.ok(describeCounter(name), name);
  for (const line of lines.slice(0, -2))
    t.match(line, /^(?:# (?:TYPE|HELP) [a-z][a-z0-9_]* .+|[a-z][a-z0-9_]*\{worker="0"\} \d+)$/);
  t.ok(lines.includes('futago_close_client_idle_total{worker="0"} 1'));
});

void t.test("no source, or a name that nobody describes, gives no family", async (t) => {
  t.equal(openMetrics([]), "# EOF\n");
  t.equal(openMetrics([{ worker: "0", values: { "no such": 1 } }]), "# EOF\n");
});
