/** Passes the requests of a page on to another web server and its answers back, streams included (http-proxy). */
import { Agent as HttpAgent, type IncomingMessage, type ServerResponse } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { connect, type TLSSocket } from "node:tls";
import httpProxy from "http-proxy";

export interface RelayOptions {
  /** Changes the fields of a request before it goes on; null takes one out. */
  readonly requestFields: (request: IncomingMessage) => Readonly<Record<string, string | null>>;
  /** Changes the cookies that the other server sets. */
  readonly cookie: (cookie: string) => string;
  /** Whether the certificate with that fingerprint (SHA-256) is the other server's. */
  readonly trusts: (fingerprint: string) => boolean;
}

/** A stream of live news beats every few seconds: what is silent for this long is dead. */
const SILENCE_MS = 30_000;
const SOCKETS_MAX = 64;

/** Certificates are judged by their fingerprint, before a byte is sent: they are self-signed. */
function pinningAgent(trusts: RelayOptions["trusts"]): HttpsAgent {
  const agent = new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  agent.createConnection = (options, callback) => {
    const socket: TLSSocket = connect({ ...(options as object), rejectUnauthorized: false });
    const told = callback as ((error: Error | null, socket?: TLSSocket) => void) | undefined;
    socket.once("error", (error) => told?.(error));
    socket.once("secureConnect", () => {
      const fingerprint = socket.getPeerX509Certificate()?.fingerprint256 ?? "";
      if (trusts(fingerprint)) told?.(null, socket);
      else socket.destroy(new Error(`the certificate ${fingerprint} is not the other unit's`));
    });
    return undefined;
  };
  return agent;
}

export class Relay implements Disposable {
  readonly #proxy;
  readonly #requestFields: RelayOptions["requestFields"];
  readonly #secure: HttpsAgent;
  readonly #plain = new HttpAgent({ keepAlive: true, maxSockets: SOCKETS_MAX });

  constructor({ requestFields, cookie, trusts }: RelayOptions) {
    this.#secure = pinningAgent(trusts);
    this.#proxy = httpProxy.createProxyServer({ changeOrigin: true, proxyTimeout: SILENCE_MS });
    this.#requestFields = requestFields;
    this.#proxy.on("proxyRes", (answer) => {
      const cookies = answer.headers["set-cookie"];
      if (cookies !== undefined) answer.headers["set-cookie"] = cookies.map(cookie);
    });
  }

  /** `url` is the path at the target. `onFault` is called once when it could not be passed on. */
  forward(
    request: IncomingMessage,
    response: ServerResponse,
    to: { readonly target: string; readonly url: string },
    onFault: (why: string) => void,
  ): void {
    request.url = to.url;
    // Here and not at the event proxyReq: a kept connection has sent them by then.
    for (const [name, value] of Object.entries(this.#requestFields(request))) {
      if (value === null) delete request.headers[name];
      else request.headers[name] = value;
    }
    const agent = to.target.startsWith("https:") ? this.#secure : this.#plain;
    this.#proxy.web(request, response, { target: to.target, agent }, (error) => onFault(error.message));
  }

  [Symbol.dispose](): void {
    this.#proxy.close();
    this.#secure.destroy();
    this.#plain.destroy();
  }
}
