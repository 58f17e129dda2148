/** A proxy worker whose store is the tests' own, in memory. */
import { parentPort, workerData } from "node:worker_threads";
import { ProxyApplication } from "#appliance/service/proxy-application.ts";
import type { WorkerData } from "#appliance/service/worker-messages.ts";
import { runWorker } from "#appliance/service/worker-runtime.ts";
import { MemoryStore } from "./memory-store.ts";

if (parentPort === null) throw new Error("invariant broken: a proxy worker runs in a worker thread");

runWorker(
  parentPort,
  workerData as WorkerData,
  (services) =>
    new ProxyApplication(
      services,
      (_, { cache }) => new MemoryStore({ bytesMax: cache.memoryBytesMax, wallMs: services.clock.wallMs }),
    ),
);
