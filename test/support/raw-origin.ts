import { type AddressInfo, createServer, type Server } from "node:net";
import { RawClient, type RawRequest } from "./raw-client.ts";
import { until } from "./until.ts";

const WAIT_MS = 10_000;

/** A server whose every byte the test writes itself. */
export class RawOrigin implements AsyncDisposable {
  readonly #server: Server;
  readonly #connections: RawClient[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => this.#connections.push(new RawClient(socket)));
  }

  /** Listens on a free port; "::" takes connections to every local address of both families. */
  static async listen(host = "127.0.0.1"): Promise<RawOrigin> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return new RawOrigin(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `127.0.0.1:PORT`. */
  get authority(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Connections accepted so far. */
  get accepted(): number {
    return this.#connections.length;
  }

  /** The connection of that number, counted from 0, once it has been accepted. */
  connection(number: number): Promise<RawClient> {
    return until(() => this.#connections[number], WAIT_MS);
  }

  /** The next request head that arrives whole on any connection. */
  nextRequest(limitMs = WAIT_MS): Promise<RawRequest> {
    const anyRequest = () => {
      for (const connection of this.#connections) {
        const request = connection.takeRequestHead();
        if (request !== undefined) return request;
      }
      return undefined;
    };
    return until(anyRequest, limitMs).catch((error: unknown) => {
      throw new Error("no request head has reached the origin", { cause: error });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const connection of this.#connections) connection.socket.destroy();
    await closed;
  }
}
