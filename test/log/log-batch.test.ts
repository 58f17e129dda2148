import t from "tap";
import { BATCH_BYTES_MAX, IN_FLIGHT_BYTES_MAX, LogBatch } from "#log/log-batch.ts";
import { until } from "#test/support/until.ts";

function bench() {
  const sent: (readonly [string, number])[] = [];
  let dropped = 0;
  const batch = new LogBatch(
    (bytes, lines) => void sent.push([bytes.toString("latin1"), lines]),
    (lines) => {
      dropped += lines;
    },
  );
  return { batch, sent, dropped: () => dropped };
}

void t.test("a batch leaves when it is large enough", async (t) => {
  const { batch, sent } = bench();
  const line = `${"x".repeat(1_023)}\n`;
  const lines = BATCH_BYTES_MAX / 1_024;
  for (let at = 0; at < lines - 1; at += 1) batch.add(line);
  t.equal(sent.length, 0);
  batch.add(line);
  t.match(sent, [[line.repeat(lines), lines]]);
  batch.flush();
  t.equal(sent.length, 1, "nothing is left");
});

void t.test("a batch leaves when it is old enough", async (t) => {
  const { batch, sent } = bench();
  batch.add("a\n");
  batch.add("b\n");
  await until(() => sent[0], 5_000);
  t.strictSame(sent, [["a\nb\n", 2]]);
});

void t.test("lines are dropped and counted while too much is in flight", async (t) => {
  const { batch, sent, dropped } = bench();
  const half = `${"x".repeat(IN_FLIGHT_BYTES_MAX / 2 - 1)}\n`;
  batch.add(half);
  batch.add(half);
  batch.add("lost\n");
  batch.flush();
  t.strictSame([sent.length, dropped()], [2, 1]);
  batch.taken(half.length);
  batch.add("kept\n");
  batch.flush();
  t.strictSame([sent.length, dropped()], [3, 1]);
});
