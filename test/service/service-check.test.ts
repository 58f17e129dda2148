import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import t, { type Test } from "tap";
import { ServiceCheck } from "#appliance/service/service-check.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 15_000;

async function check(t: Test, answer: RequestListener, changes: object = {}) {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const results: boolean[] = [];
  const place = { protocol: "http", address: "127.0.0.1", port, path: "/", ...changes } as const;
  const serviceCheck = new ServiceCheck(place, (alive) => results.push(alive));
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  t.teardown(() => {
    serviceCheck[Symbol.dispose]();
    stop();
  });
  return { results, stop };
}

t.test("a service that answers is alive, one that is gone is dead at once", async (t) => {
  const { results, stop } = await check(t, (_request, response) => response.end("here"));
  await until(() => results.at(-1), LIMIT_MS);
  stop();
  await until(() => results.at(-1) === false || undefined, LIMIT_MS);
});

t.test("a service that accepts and never answers is dead after two time limits, not before", async (t) => {
  let requests = 0;
  const { results } = await check(t, () => {
    requests += 1;
  });
  await until(() => results.length > 0 || undefined, LIMIT_MS);
  t.strictSame([requests, results], [2, [false]]);
});

t.test("an answer that no client can use is none", async (t) => {
  let status = 200;
  const paths: (string | undefined)[] = [];
  const { results } = await check(
    t,
    (request, response) => {
      paths.push(request.url);
      response.writeHead(status).end();
    },
    { path: "/wpad.dat" },
  );
  for (const [answered, alive] of [
    [404, true],
    [500, false],
    [301, true],
    [503, false],
  ] as const) {
    status = answered;
    await until(() => results.at(-1) === alive || undefined, LIMIT_MS);
  }
  t.equal(paths[0], "/wpad.dat");
});

t.test("over TCP it is enough to accept", async (t) => {
  const { results, stop } = await check(t, () => {}, { protocol: "tcp" });
  await until(() => results.at(-1), LIMIT_MS);
  stop();
  await until(() => results.at(-1) === false || undefined, LIMIT_MS);
});
