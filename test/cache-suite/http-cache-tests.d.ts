/** As much of the public suite (npm http-cache-tests, plain JavaScript) as is used here. */

declare module "http-cache-tests/tests/index.mjs" {
  const suites: readonly {
    readonly name: string;
    readonly tests: readonly {
      readonly id: string;
      readonly name: string;
      readonly kind?: "required" | "optimal" | "check";
      readonly depends_on?: readonly string[];
      readonly browser_only?: boolean;
      readonly cdn_only?: boolean;
      /** Set by us: both ends print what they send. */
      dump?: boolean;
    }[];
  }[];
  export default suites;
}

declare module "http-cache-tests/client/runner.mjs" {
  /** Runs every case of the suites that is not browser-only, `chunkSize` at a time. Once a process. */
  export function runTests(
    ...options: readonly [
      suites: unknown,
      fetch: (url: string, init: never) => Promise<unknown>,
      browserCache: boolean,
      baseUrl: string,
      chunkSize: number,
    ]
  ): Promise<void>;
  /** By case: true, or the kind of fault ("Setup", "Assertion", an error's name) and its message. */
  export function getResults(): Readonly<Record<string, true | readonly [string, string]>>;
}

declare module "http-cache-tests/server/handle-*" {
  const handle: (
    segments: readonly string[],
    request: import("node:http").IncomingMessage,
    response: import("node:http").ServerResponse,
  ) => void;
  export default handle;
}
