/** The origin of the public suite, on a port that the system chooses. The answers are the suite's own code. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import handleConfig from "http-cache-tests/server/handle-config.mjs";
import handleState from "http-cache-tests/server/handle-state.mjs";
import handleTest from "http-cache-tests/server/handle-test.mjs";

export interface SuiteOrigin extends AsyncDisposable {
  readonly port: number;
}

/** What a case asks for, by the first segment of the path: lib/server of the suite does the same. */
const HANDLERS = { config: handleConfig, state: handleState, test: handleTest } as const;

const isHandled = (name: string): name is keyof typeof HANDLERS => Object.hasOwn(HANDLERS, name);

/** Starts it on 127.0.0.1. */
export async function startSuiteOrigin(): Promise<SuiteOrigin> {
  const server = createServer((request, response) => {
    const [, first = "", ...rest] = new URL(request.url ?? "/", "http://origin").pathname.split("/");
    if (isHandled(first)) HANDLERS[first](rest, request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
