import { createServer } from "node:net";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { type ListenFailure, listenFailure } from "./listen-failure.ts";

/**
 * Binds exclusively for a moment: fails when anybody else listens there, and for port 0 learns one that was
 * free a moment ago. Somebody else may take it in between; listening then fails with EADDRINUSE.
 */
export function reservePort(address: string, port: number): Promise<Outcome<number, ListenFailure>> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      resolve(failure(listenFailure(error.code ?? "EUNKNOWN", address, port))),
    );
    server.listen({ host: address, port }, () => {
      const bound = server.address();
      const boundPort = typeof bound === "object" && bound !== null ? bound.port : port;
      server.close(() => resolve(success(boundPort)));
    });
  });
}
