/** A WebSocket server that sends every message back, with `ws`. */
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { CertificatePair } from "./certificates.ts";

const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

export interface WebSocketOrigin extends AsyncDisposable {
  readonly port: number;
  /** Header fields of each opening handshake. */
  readonly handshakes: readonly NodeJS.Dict<string | string[]>[];
}

/** Starts it on 127.0.0.1, with TLS when it gets a certificate. */
export async function startWebSocketOrigin(tls?: CertificatePair): Promise<WebSocketOrigin> {
  const server =
    tls === undefined ? createServer() : createTlsServer({ key: tls.key, cert: tls.certificate });
  const handshakes: NodeJS.Dict<string | string[]>[] = [];
  const sockets = new WebSocketServer({ server, maxPayload: MESSAGE_BYTES_MAX });
  sockets.on("connection", (socket, request) => {
    handshakes.push(request.headers);
    socket.on("error", () => socket.terminate());
    socket.on("message", (data, isBinary) => {
      // Back-pressure by hand: read no more until this one is on its way.
      socket.pause();
      socket.send(data, { binary: isBinary }, () => socket.resume());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    handshakes,
    [Symbol.asyncDispose]: async () => {
      for (const client of sockets.clients) client.terminate();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
