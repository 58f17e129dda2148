/** Serves the metrics, and nothing else, to a monitoring system. Off the data path: Node's own server does. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { failure, type Outcome, success } from "#base/outcome.ts";
import {
  CONNECTIONS_MAX,
  METRICS_HEAD_BYTES_MAX,
  METRICS_IDLE_TIMEOUT_MS,
  METRICS_REQUEST_TIMEOUT_MS,
} from "./limits.ts";
import { OPEN_METRICS_TYPE } from "./open-metrics.ts";

const METRICS_PATH = "/metrics";

function respond(request: IncomingMessage, response: ServerResponse, text: () => string): void {
  const path = (request.url ?? "").split("?")[0];
  const isKnown = path === METRICS_PATH;
  const isRead = request.method === "GET" || request.method === "HEAD";
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("X-Content-Type-Options", "nosniff");
  if (isKnown && isRead) {
    response.writeHead(200, { "Content-Type": OPEN_METRICS_TYPE }).end(text());
    return;
  }
  // A body of a refused request is not read: the connection ends with the answer.
  response.setHeader("Connection", "close");
  if (isKnown) response.setHeader("Allow", "GET, HEAD");
  response.writeHead(isKnown ? 405 : 404, { "Content-Type": "text/plain" });
  response.end(isKnown ? "GET only\n" : `only ${METRICS_PATH} is here\n`);
}

export class MetricsServer implements AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly #server: Server;

  private constructor(address: string, port: number, server: Server) {
    this.address = address;
    this.port = port;
    this.#server = server;
  }

  /** Listens; `text` makes the answer of each request. The error is a sentence for the operator. */
  static start(
    at: { readonly address: string; readonly port: number },
    text: () => string,
  ): Promise<Outcome<MetricsServer, string>> {
    const server = createServer(
      {
        maxHeaderSize: METRICS_HEAD_BYTES_MAX,
        headersTimeout: METRICS_REQUEST_TIMEOUT_MS,
        requestTimeout: METRICS_REQUEST_TIMEOUT_MS,
        keepAliveTimeout: METRICS_IDLE_TIMEOUT_MS,
      },
      (request, response) => respond(request, response, text),
    );
    server.maxConnections = CONNECTIONS_MAX;
    return new Promise((resolve) => {
      server.once("error", (error: NodeJS.ErrnoException) =>
        resolve(
          failure(
            `cannot serve metrics at ${at.address} port ${at.port}: ${error.code ?? error.message}; change metrics.address or metrics.port`,
          ),
        ),
      );
      server.listen(at.port, at.address, () => {
        const bound = server.address();
        const port = bound !== null && typeof bound === "object" ? bound.port : at.port;
        resolve(success(new MetricsServer(at.address, port, server)));
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
