import { once } from "node:events";
import { createConnection } from "node:net";
import { Worker } from "node:worker_threads";
import t from "tap";
import { closeDescriptors, newDescriptorTable } from "#socket/descriptor-table.ts";

t.test("what a worker that was ended has left open is closed", async (t) => {
  const descriptors = newDescriptorTable();
  const worker = new Worker(new URL("./abandoning-worker.ts", import.meta.url), {
    workerData: { descriptors },
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  t.teardown(() => worker.terminate());
  const [port] = (await once(worker, "message")) as [number];
  const client = createConnection(port, "127.0.0.1");
  t.teardown(() => client.destroy());
  client.on("error", () => {});
  await once(worker, "message");
  const ended = once(client, "close");
  await worker.terminate();
  t.equal(closeDescriptors(descriptors), 3, "the listener, its spare and the connection");
  client.resume();
  await ended;
  const late = createConnection(port, "127.0.0.1");
  t.match((await once(late, "error"))[0], { code: "ECONNREFUSED" });
  t.equal(closeDescriptors(descriptors), 0);
});
