/** As much of http-proxy 1.18 as the relay uses; the package has no types of its own. */
declare module "http-proxy" {
  import type { EventEmitter } from "node:events";
  import type { Agent, IncomingMessage, ServerResponse } from "node:http";

  interface Options {
    readonly target: string;
    readonly agent?: Agent;
    readonly changeOrigin?: boolean;
    readonly proxyTimeout?: number;
    readonly secure?: boolean;
  }

  interface ProxyServer extends EventEmitter {
    web(
      request: IncomingMessage,
      response: ServerResponse,
      options: Options,
      onError: (error: NodeJS.ErrnoException) => void,
    ): void;
    on(event: "proxyRes", listener: (answer: IncomingMessage, request: IncomingMessage) => void): this;
    close(): void;
  }

  const httpProxy: { createProxyServer(options: Partial<Options>): ProxyServer };
  export default httpProxy;
}
