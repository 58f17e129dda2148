/** A worker that listens, takes connections and is ended in the middle of it. */
import { parentPort, workerData } from "node:worker_threads";
import { trackDescriptors } from "#socket/descriptor-table.ts";
import { listen } from "#socket/listener.ts";
import { Recorder } from "./wire-kinds.ts";

trackDescriptors((workerData as { readonly descriptors: SharedArrayBuffer }).descriptors);
const listening = listen({ address: "127.0.0.1", port: 0, reusePort: false }, (wire) => {
  wire.handler = new Recorder();
  parentPort?.postMessage("accepted");
});
parentPort?.postMessage(listening.ok ? listening.value.port : listening.error.text);
