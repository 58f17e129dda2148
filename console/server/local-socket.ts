/**
 * The console's API for the command line of the unit itself: a unix socket that only the user may use that runs the
 * unit. Whoever may use it may change the state folder as well, and so is an administrator without signing in.
 */
import { chmodSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { Socket } from "node:net";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { CONNECTIONS_MAX, HEAD_BYTES_MAX, KEEP_ALIVE_MS, REQUEST_TIMEOUT_MS } from "./limits.ts";

const SOCKET_MODE = 0o600;
const sockets = new WeakSet<Socket>();

/** Whether a connection came over the unix socket: having no address is no proof, a closed one has none either. */
export const isLocal = (socket: Socket): boolean => sockets.has(socket);

/** Replaces what a crash has left at the path; consoles do not run twice on one state folder. */
export async function listenLocally(
  path: string,
  handle: RequestListener,
): Promise<Outcome<AsyncDisposable, string>> {
  const server = createServer(
    {
      maxHeaderSize: HEAD_BYTES_MAX,
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    handle,
  );
  server.maxConnections = CONNECTIONS_MAX;
  server.on("connection", (socket: Socket) => sockets.add(socket));
  rmSync(path, { force: true });
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(failure(error.code ?? error.message)));
    // Made for nobody but its user: there is no moment at which others may connect.
    const mask = process.umask(0o177);
    server.listen(path, () => {
      chmodSync(path, SOCKET_MODE);
      resolve(
        success({
          [Symbol.asyncDispose]: () =>
            new Promise<void>((done) => {
              server.close(() => done());
              server.closeAllConnections();
            }),
        }),
      );
    });
    process.umask(mask);
  });
}
