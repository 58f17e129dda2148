import t from "tap";
import { workerHeap } from "#appliance/service/worker-heap.ts";

const MIB = 1024 * 1024;

void t.test("connections and responses in memory are what a worker's heap grows with", (t) => {
  const oldMib = (connectionsMax: number, memoryBytesMax: number) =>
    workerHeap(connectionsMax, memoryBytesMax).maxOldGenerationSizeMb;
  t.equal(oldMib(1, 0), 513);
  t.equal(oldMib(64_000, 0), 1_512);
  t.equal(oldMib(64_000, 64 * MIB), 1_688);
  t.end();
});

void t.test("with the settings as they ship it is below where V8 lets garbage grow fourfold", (t) => {
  const { maxOldGenerationSizeMb } = workerHeap(50_000, 256 * MIB);
  t.ok((maxOldGenerationSizeMb ?? 0) < 2_048, `${maxOldGenerationSizeMb} MiB`);
  t.end();
});
