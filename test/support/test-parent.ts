/**
 * A parent proxy for tests: CONNECT, and absolute-form passed on as it is to the authority of the
 * connection's first request. Resets and half-closes go through.
 */
import { connect as connectTcp, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { resetSocket } from "./reset-socket.ts";
import { SocketReader } from "./socket-reader.ts";

export interface TestParentOptions {
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer };
}

export interface TestParent extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** The first head of every connection. */
  readonly heads: readonly string[];
  /** What it answers instead of doing its work; null to work. */
  answer: string | null;
  close(): Promise<void>;
}

/** Starts a parent on a port of loopback that the system chooses. */
export async function startTestParent(options: TestParentOptions = {}): Promise<TestParent> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    return socket;
  };
  const serve = async (client: Socket): Promise<void> => {
    const reader = new SocketReader(client);
    const head = await reader.readThrough("\r\n\r\n");
    if (head === null) {
      client.destroy();
      return;
    }
    heads.push(head);
    if (parent.answer !== null) {
      client.end(parent.answer);
      return;
    }
    const isConnect = head.startsWith("CONNECT ");
    const [, authority = ""] = /^[A-Z]+ (?:http:\/\/)?([^ /?]+)/.exec(head) ?? [];
    const { hostname, port } = new URL(`http://${authority}`);
    const origin = keep(
      connectTcp({ host: hostname.replace(/[[\]]/g, ""), port: Number(port || "80"), allowHalfOpen: true }),
    );
    const onRefused = (): void => {
      client.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    };
    origin.once("error", onRefused);
    origin.on("connect", () => {
      origin.off("error", onRefused);
      reader.release();
      if (isConnect) client.write("HTTP/1.1 200 OK\r\n\r\n");
      else origin.write(head, "latin1");
      origin.write(reader.takeHeld());
      join(client, origin);
      join(origin, client);
    });
  };
  const accept = (client: Socket): void => void serve(keep(client)).catch(() => client.destroy());
  const server: Server =
    options.tls === undefined
      ? createServer({ allowHalfOpen: true }, accept)
      : createTlsServer({ ...options.tls, allowHalfOpen: true }, accept);
  server.on("tlsClientError", () => {});
  server.on("connection", keep);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  const parent: TestParent = {
    host: "127.0.0.1",
    port: typeof address === "object" && address !== null ? address.port : 0,
    heads,
    answer: null,
    close,
    [Symbol.asyncDispose]: close,
  };
  return parent;
}

/** What comes from one side goes to the other, its end and its reset too. */
function join(from: Socket, to: Socket): void {
  from.pipe(to);
  from.on("close", (hadError) => {
    if (hadError) resetSocket(to);
    else if (!to.writableEnded) to.end();
    else if (to.readableEnded) to.destroy();
  });
  to.on("close", () => {
    if (!from.destroyed && from.writableEnded) from.destroy();
  });
}
