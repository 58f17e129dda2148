/**
 * A worker for tests of the supervision: answers every connection a line and obeys the first line it gets.
 * Settings may name what should go wrong, through the unit's name.
 */
import { createServer, type Socket } from "node:net";
import { parentPort, resourceLimits, threadId, workerData } from "node:worker_threads";
import type { WorkerData } from "#appliance/service/worker-messages.ts";
import { runWorker, type WorkerApplication, type WorkerServices } from "#appliance/service/worker-runtime.ts";
import { sampleRecord } from "#test/support/sample-record.ts";

const { index } = workerData as WorkerData;

function build(services: WorkerServices): WorkerApplication {
  const open = new Set<Socket>();
  let name = "";
  let onEmpty: (() => void) | null = null;

  const obey = (socket: Socket, word: string): void => {
    if (word === "crash") throw new Error("told to crash");
    if (word === "hang") for (;;);
    if (word === "close") socket.end("bye\n");
    if (word === "log") services.record(sampleRecord({ target: `http://log.example/${index}` }));
    if (word === "heap") socket.write(`${JSON.stringify(resourceLimits)}\n`);
    if (word === "who") socket.write(`${index} ${threadId} ${name}\n`);
  };

  const serve = (socket: Socket): void => {
    open.add(socket);
    services.counters.add("client_connections");
    services.counters.add("client_connections_open");
    services.ledger.tryAdd("127.0.0.1", { connectionsMax: 1_000, connectionsPerClientMax: 1_000 });
    // Two words may come in one read.
    socket.setEncoding("latin1").on("data", (text: string) => {
      for (const word of text.trim().split("\n")) obey(socket, word);
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      open.delete(socket);
      services.counters.add("client_connections_open", -1);
      services.ledger.remove("127.0.0.1");
      if (open.size === 0) onEmpty?.();
    });
    socket.write(`${index} ${threadId} ${name}\n`);
  };

  return {
    apply: async (settings) => {
      if (settings.unit.name === "refuse-me") return { ok: false, error: "this name is refused" };
      if (settings.unit.name === "crash-me") throw new Error("cannot bear these settings");
      name = settings.unit.name;
      return { ok: true, value: null };
    },
    listen: (at) =>
      new Promise((resolve) => {
        const server = createServer({ allowHalfOpen: false }, serve);
        server.once("error", (error) => resolve({ ok: false, error: error.message }));
        server.listen({ host: at.address, port: at.port, reusePort: true }, () =>
          resolve({ ok: true, value: { close: () => void server.close() } }),
        );
      }),
    lastRequest: (key) =>
      key === "http://last.example/"
        ? {
            wallMs: index,
            method: "GET",
            status: 200,
            result: "TCP_MISS",
            fwd: "uri-miss",
            isBypassed: false,
            notStored: null,
          }
        : null,
    drain: (timeoutMs, done) => {
      const finish = (): void => {
        clearTimeout(timer);
        onEmpty = null;
        for (const socket of open) socket.destroy();
        done();
      };
      const timer = setTimeout(finish, timeoutMs);
      onEmpty = finish;
      if (open.size === 0) finish();
    },
  };
}

if (parentPort !== null) runWorker(parentPort, workerData as WorkerData, build);
