/** What `futago status` counts is what has happened. */
import t from "tap";
import { RawClient } from "#test/support/raw-client.ts";
import { RawOrigin } from "#test/support/raw-origin.ts";
import { startProxy } from "#test/support/running-proxy.ts";
import { until } from "#test/support/until.ts";
import { connectTo, get, ok } from "./messages.ts";

const SETTLE_LIMIT_MS = 5_000;

t.test("connections, transactions, tunnels, bytes and reasons are counted as they happened", async (t) => {
  await using origin = await RawOrigin.listen();
  await using proxy = await startProxy();
  const counters = async () => (await proxy.status()).counters;

  await using client = await RawClient.open(proxy.port);
  const requests = [get(origin, "/1"), get(origin, "/2"), get({ authority: "127.0.0.1:1" }, "/")];
  let sentBytes = 0;
  let receivedBytes = 0;
  for (const [number, request] of requests.entries()) {
    client.send(request);
    sentBytes += request.length;
    if (number < 2) (await origin.nextRequest()).connection.send(ok("fine"));
    const { head, body } = await client.answer();
    receivedBytes += head.length + body.length;
  }
  await using other = await RawClient.open(proxy.port);
  other.send(connectTo(origin));
  const opened = await other.answer("CONNECT");
  const far = await origin.connection(1);

  t.match(await counters(), {
    client_connections: 2,
    client_connections_open: 2,
    transactions: 3,
    transactions_open: 1,
    tunnels: 1,
    tunnels_open: 1,
    upstream_connections: 2,
    upstream_connections_open: 2,
    upstream_connections_reused: 1,
  });

  other.send("12345");
  await far.bytes(5);
  far.send("1234567");
  await other.bytes(7);
  other.finish();
  far.finish();
  await other.closed();
  client.finish();
  await client.closed();
  const settled = await until(async () => {
    const now = await counters();
    const { client_connections_open: open } = now;
    return open === 0 ? now : undefined;
  }, SETTLE_LIMIT_MS);
  t.match(settled, {
    transactions: 4,
    transactions_open: 0,
    tunnels_open: 0,
    close_complete: 3,
    close_connect_refused: 1,
    client_bytes_received: sentBytes + connectTo(origin).length + 5,
    client_bytes_sent: receivedBytes + opened.head.length + 7,
  });
  await proxy.accessLog(4);
  t.match(await counters(), { log_lines: 4, log_lines_dropped: 0 });
});
