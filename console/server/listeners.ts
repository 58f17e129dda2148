/** Where the console listens: opened before old ones are closed, plain HTTP on loopback only. */
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { CONNECTIONS_MAX, HEAD_BYTES_MAX, KEEP_ALIVE_MS, REQUEST_TIMEOUT_MS } from "./limits.ts";
import type { KeyAndCertificate } from "./self-signed.ts";

export interface ListenAt {
  readonly address: string;
  readonly port: number;
}

interface OpenListener extends ListenAt {
  readonly isSecure: boolean;
  readonly server: Server | HttpsServer;
  readonly url: string;
}

const isLoopback = (address: string): boolean => address.startsWith("127.") || address === "::1";

const keyOf = ({ address, port }: ListenAt, isSecure: boolean): string => `${address} ${port} ${isSecure}`;

export class Listeners implements AsyncDisposable {
  readonly #handle: RequestListener;
  readonly #pair: () => KeyAndCertificate;
  /** By the wanted place: port 0 stays the one that it was given. */
  readonly #open = new Map<string, OpenListener>();

  constructor(handle: RequestListener, pair: () => KeyAndCertificate) {
    this.#handle = handle;
    this.#pair = pair;
  }

  /** Such as https://192.0.2.1:8443/, in the order of the settings. */
  get urls(): readonly string[] {
    return [...this.#open.values()].map(({ url }) => url);
  }

  get isSecure(): boolean {
    return [...this.#open.values()].some((listener) => listener.isSecure);
  }

  /** Opens what is not open yet; what was open stays. On failure nothing of this call is left. */
  async open(wanted: readonly ListenAt[], plainOnLoopback: boolean): Promise<Outcome<null, string>> {
    const opened: string[] = [];
    for (const at of wanted) {
      const isSecure = !(plainOnLoopback && isLoopback(at.address));
      const key = keyOf(at, isSecure);
      if (this.#open.has(key)) continue;
      const listener = await this.#listen(at, isSecure);
      if (!listener.ok) {
        for (const each of opened) this.#close(each);
        return listener;
      }
      this.#open.set(key, listener.value);
      opened.push(key);
    }
    return success(null);
  }

  /** Closes all that `wanted` does not name; running answers end. */
  closeOthers(wanted: readonly ListenAt[], plainOnLoopback: boolean): void {
    const kept = new Set(wanted.map((at) => keyOf(at, !(plainOnLoopback && isLoopback(at.address)))));
    for (const key of [...this.#open.keys()]) if (!kept.has(key)) this.#close(key);
  }

  /** New connections get the certificate that holds now. */
  useCertificate({ key, certificate }: KeyAndCertificate): void {
    for (const { server } of this.#open.values())
      if ("setSecureContext" in server) server.setSecureContext({ key, cert: certificate });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const servers = [...this.#open.values()].map(({ server }) => server);
    this.#open.clear();
    await Promise.all(
      servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      ),
    );
  }

  #close(key: string): void {
    const listener = this.#open.get(key);
    this.#open.delete(key);
    listener?.server.close();
    listener?.server.closeIdleConnections();
    // Streams of live news would keep it for ever.
    setTimeout(() => listener?.server.closeAllConnections(), 1_000).unref();
  }

  #listen(at: ListenAt, isSecure: boolean): Promise<Outcome<OpenListener, string>> {
    const options = {
      maxHeaderSize: HEAD_BYTES_MAX,
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    };
    const { key, certificate } = isSecure ? this.#pair() : { key: "", certificate: "" };
    const server = isSecure
      ? createHttpsServer({ ...options, key, cert: certificate, minVersion: "TLSv1.2" }, this.#handle)
      : createHttpServer(options, this.#handle);
    server.maxConnections = CONNECTIONS_MAX;
    return new Promise((resolve) => {
      server.once("error", (error: NodeJS.ErrnoException) =>
        resolve(
          failure(
            `the console cannot listen on ${at.address} port ${at.port}: ${error.code ?? error.message}; change console.listen`,
          ),
        ),
      );
      server.listen(at.port, at.address, () => {
        const bound = server.address();
        const port = bound !== null && typeof bound === "object" ? bound.port : at.port;
        const host = at.address.includes(":") ? `[${at.address}]` : at.address;
        const url = `http${isSecure ? "s" : ""}://${host}:${port}/`;
        server.on("error", () => {});
        resolve(success({ ...at, isSecure, server, url }));
      });
    });
  }
}
