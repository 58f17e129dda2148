/** A proxy worker: one thread that serves clients until the supervisor drains it. */
import { parentPort, workerData } from "node:worker_threads";
import { ProxyApplication } from "#appliance/service/proxy-application.ts";
import type { WorkerData } from "#appliance/service/worker-messages.ts";
import { runWorker } from "#appliance/service/worker-runtime.ts";

if (parentPort === null) throw new Error("invariant broken: a proxy worker runs in a worker thread");

runWorker(parentPort, workerData as WorkerData, (services) => new ProxyApplication(services));
