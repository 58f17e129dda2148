/**
 * The egress policy through the running proxy: on the default settings nothing inside is reached,
 * however it is spelt, and the address that is connected to is the one that was checked.
 */
import { readFileSync } from "node:fs";
import t from "tap";
import { startDnsServer } from "#test/support/dns-server.ts";
import { RawClient } from "#test/support/raw-client.ts";
import { RawOrigin } from "#test/support/raw-origin.ts";
import { startProxyOnDefaults } from "#test/support/running-proxy.ts";
import { connectTo, get, ok } from "./messages.ts";

const SPELLINGS = Object.values(
  JSON.parse(readFileSync("test/policy/egress-spellings.json", "utf8")) as Record<string, readonly string[]>,
)
  .flat()
  // With these the rest would be a path: in a target they spell another host.
  .filter((host) => !/[/?]/.test(host));

/** An address as it stands in a target: IPv6 in brackets. */
const inTarget = (host: string): string => (host.includes(":") && !host.startsWith("[") ? `[${host}]` : host);

t.test("no spelling of an inner address is connected to, by GET or by CONNECT", async (t) => {
  await using origin = await RawOrigin.listen("::"); // whatever slips through arrives here
  // Only ports are opened: what is left to refuse it is the address.
  await using proxy = await startProxyOnDefaults({ connect: { ports: ["1-65535"] } });
  for (const host of SPELLINGS) {
    const authority = `${inTarget(host)}:${origin.port}`;
    for (const request of [get({ authority }, "/"), connectTo({ authority })]) {
      await using client = await RawClient.open(proxy.port);
      client.send(request);
      const { status, field } = await client.answer();
      t.ok(status === 403 || status === 400, `${status} to ${request.split("\r\n")[0]}`);
      if (status === 403) t.match(field("proxy-status"), /destination_ip_prohibited/, authority);
    }
  }
  t.equal(origin.accepted, 0);
  const log = await proxy.accessLog(2 * SPELLINGS.length);
  t.strictSame(
    log.filter(({ upstream }) => upstream !== "-"),
    [],
    "the log shows no connection",
  );
});

t.test("a port of CONNECT other than 443 is refused on the default settings", async (t) => {
  await using proxy = await startProxyOnDefaults();
  for (const port of [80, 22, 25, 8443]) {
    await using client = await RawClient.open(proxy.port);
    client.send(connectTo({ authority: `192.0.2.1:${port}` }));
    t.equal((await client.answer()).status, 403);
  }
});

t.test("names that lead inside are refused, whatever the resolver says", async (t) => {
  const inside: Readonly<Record<string, { a?: string[]; aaaa?: string[] }>> = {
    "loopback.test": { a: ["127.0.0.1"] },
    "loopback6.test": { aaaa: ["::1"] },
    "private.test": { a: ["10.0.0.1"] },
    "metadata.test": { a: ["169.254.169.254"] },
    "mapped.test": { aaaa: ["::ffff:127.0.0.1"] },
    "nat64.test": { aaaa: ["64:ff9b::7f00:1"] },
    "unspecified.test": { a: ["0.0.0.0"], aaaa: ["::"] },
    "both.test": { a: ["192.168.0.1"], aaaa: ["fd00::1"] },
  };
  const dns = await startDnsServer(inside);
  t.teardown(() => dns.close());
  await using origin = await RawOrigin.listen("::");
  await using proxy = await startProxyOnDefaults({
    dns: { servers: [dns.address] },
    connect: { ports: ["1-65535"] },
  });
  for (const name of [...Object.keys(inside), "LOOPBACK.test", "loopback.test."]) {
    const authority = `${name}:${origin.port}`;
    for (const request of [get({ authority }, "/"), connectTo({ authority })]) {
      await using client = await RawClient.open(proxy.port);
      client.send(request);
      const answer = await client.answer();
      t.equal(answer.status, 403, name);
      t.match(answer.field("proxy-status"), /destination_ip_prohibited/, name);
    }
  }
  t.equal(origin.accepted, 0);
});

t.test("localhost is refused by name too", async (t) => {
  await using origin = await RawOrigin.listen("::");
  await using proxy = await startProxyOnDefaults();
  for (const name of ["localhost", "LocalHost", "localhost.", "www.localhost"]) {
    await using client = await RawClient.open(proxy.port);
    client.send(get({ authority: `${name}:${origin.port}` }, "/"));
    const { status } = await client.answer();
    t.ok(status === 403 || status === 502, `${status} to ${name}`);
  }
  t.equal(origin.accepted, 0);
});

/** Of loopback only 127.0.0.2 is allowed: it stands for the public address, 127.0.0.1 for the inner one. */
const OUTER_ONLY = { allow: [{ network: "127.0.0.2/32" }], refuse: [] };

t.test("a name that moves inside after its first answer is refused at the next connection", async (t) => {
  const dns = await startDnsServer({ "rebind.test": { a: ["127.0.0.2"], ttl: 0 } });
  t.teardown(() => dns.close());
  await using origin = await RawOrigin.listen("0.0.0.0");
  await using proxy = await startProxyOnDefaults({
    dns: { servers: [dns.address], ttlMinMs: 0 },
    connect: { ports: ["1-65535"] },
    egress: OUTER_ONLY,
  });
  const target = { authority: `rebind.test:${origin.port}` };
  await using client = await RawClient.open(proxy.port);
  client.send(get(target, "/first"));
  const first = await origin.nextRequest();
  t.equal(first.connection.socket.localAddress, "127.0.0.2");
  first.connection.send(ok("outside", "Connection: close"));
  first.connection.finish();
  t.equal((await client.answer()).body.toString(), "outside");
  dns.set("rebind.test", { a: ["127.0.0.1"], ttl: 0 });
  client.send(get(target, "/second"));
  t.equal((await client.answer()).status, 403);
  client.send(connectTo(target));
  t.equal((await client.answer()).status, 403);
  t.equal(origin.accepted, 1);
});

t.test("of several addresses of a name only the allowed ones are tried", async (t) => {
  const dns = await startDnsServer({
    "mixed.test": { a: ["127.0.0.1", "127.0.0.2", "10.0.0.1"], aaaa: ["::1"] },
  });
  t.teardown(() => dns.close());
  await using origin = await RawOrigin.listen("::");
  await using proxy = await startProxyOnDefaults({
    dns: { servers: [dns.address] },
    egress: OUTER_ONLY,
  });
  await using client = await RawClient.open(proxy.port);
  client.send(get({ authority: `mixed.test:${origin.port}` }, "/"));
  const request = await origin.nextRequest();
  t.match(request.connection.socket.localAddress, /127\.0\.0\.2$/);
  request.connection.send(ok("outside"));
  t.equal((await client.answer()).body.toString(), "outside");
  t.equal(origin.accepted, 1);
});

t.test("egress.refuse closes what egress.allow opens", async (t) => {
  await using origin = await RawOrigin.listen("0.0.0.0");
  await using proxy = await startProxyOnDefaults({
    egress: { allow: [{ network: "127.0.0.0/8" }], refuse: ["127.0.0.3"] },
  });
  await using client = await RawClient.open(proxy.port);
  client.send(get({ authority: `127.0.0.3:${origin.port}` }, "/"));
  t.equal((await client.answer()).status, 403);
  client.send(get({ authority: `127.0.0.4:${origin.port}` }, "/"));
  (await origin.nextRequest()).connection.send(ok("allowed"));
  t.equal((await client.answer()).body.toString(), "allowed");
});
