import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import t, { type Test } from "tap";
import { ProxyCheck } from "#appliance/service/proxy-check.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 15_000;

async function check(t: Test, answer: RequestListener) {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const results: boolean[] = [];
  const proxyCheck = new ProxyCheck({ address: "127.0.0.1", port }, (alive) => results.push(alive));
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  t.teardown(() => {
    proxyCheck[Symbol.dispose]();
    stop();
  });
  return { results, stop };
}

t.test("a proxy that answers is alive, one that is gone is dead at once", async (t) => {
  const { results, stop } = await check(t, (_request, response) => response.end("here"));
  await until(() => results.at(-1), LIMIT_MS);
  stop();
  await until(() => results.at(-1) === false || undefined, LIMIT_MS);
});

t.test("a proxy that accepts and never answers is dead after two time limits, not before", async (t) => {
  let requests = 0;
  const { results } = await check(t, () => {
    requests += 1;
  });
  await until(() => results.length > 0 || undefined, LIMIT_MS);
  t.strictSame([requests, results], [2, [false]]);
});
