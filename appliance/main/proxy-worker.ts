/** A worker thread of the proxy: the supervision on one side, the proxy on the other. */
import { parentPort, workerData } from "node:worker_threads";
import { ProxyApplication } from "#appliance/service/proxy-application.ts";
import type { WorkerData } from "#appliance/service/worker-messages.ts";
import { runWorker } from "#appliance/service/worker-runtime.ts";
import { assert } from "#base/assert.ts";

assert(parentPort !== null, "this module runs as a worker thread");
runWorker(parentPort, workerData as WorkerData, (services) => new ProxyApplication(services));
