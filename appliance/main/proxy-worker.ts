/** A proxy worker: one thread that serves clients until the supervisor drains it. */
import { parentPort, workerData } from "node:worker_threads";
import { ProxyApplication } from "#appliance/service/proxy-application.ts";
import { openWorkerStore } from "#appliance/service/response-store.ts";
import type { WorkerData } from "#appliance/service/worker-messages.ts";
import { runWorker } from "#appliance/service/worker-runtime.ts";
import { trackDescriptors } from "#socket/descriptor-table.ts";

if (parentPort === null) throw new Error("invariant broken: a proxy worker runs in a worker thread");

const data = workerData as WorkerData;
trackDescriptors(data.descriptors);
runWorker(
  parentPort,
  data,
  (services) => new ProxyApplication(services, () => openWorkerStore(data.store, data.index, services)),
);
