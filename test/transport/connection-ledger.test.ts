import t from "tap";
import { ConnectionLedger, createLedgerMemory } from "#transport/connection-ledger.ts";

const LIMITS = { connectionsMax: 1_000_000, connectionsPerClientMax: 3 };
const SEED = 0x5eed1234;

const ledgers = (workers: number, seed = SEED): readonly ConnectionLedger[] => {
  const memory = createLedgerMemory(workers, seed);
  return Array.from({ length: workers }, (_, worker) => new ConnectionLedger(memory, worker));
};

const pair = (): readonly [ConnectionLedger, ConnectionLedger] =>
  ledgers(2) as unknown as readonly [ConnectionLedger, ConnectionLedger];

void t.test("the limit on one client holds over all workers", async (t) => {
  const [a, b] = pair();
  t.equal(a.tryAdd("192.0.2.1", LIMITS), "ok");
  t.equal(b.tryAdd("192.0.2.1", LIMITS), "ok");
  t.equal(a.tryAdd("192.0.2.1", LIMITS), "ok");
  t.equal(b.tryAdd("192.0.2.1", LIMITS), "too-many-client-connections");
  t.equal(b.tryAdd("2001:db8::1", LIMITS), "ok", "another client is not concerned");
  t.equal(a.total(), 4, "a refused connection is not counted");
  b.remove("192.0.2.1");
  t.equal(a.tryAdd("192.0.2.1", LIMITS), "ok");
});

void t.test("the limit on all connections holds over all workers", async (t) => {
  const [a, b] = pair();
  const limits = { connectionsMax: 2, connectionsPerClientMax: 10 };
  t.equal(a.tryAdd("192.0.2.1", limits), "ok");
  t.equal(b.tryAdd("192.0.2.2", limits), "ok");
  t.equal(a.tryAdd("192.0.2.3", limits), "too-many-connections");
  a.remove("192.0.2.1");
  t.equal(b.tryAdd("192.0.2.3", limits), "ok");
});

void t.test("the connections of a dead worker are forgotten, those of the others are not", async (t) => {
  const [a, b] = pair();
  for (const ledger of [a, a, b]) ledger.tryAdd("192.0.2.1", LIMITS);
  b.clearWorker(0);
  t.strictSame([b.total(), b.estimate("192.0.2.1")], [1, 1]);
});

void t.test("a connection that was not counted cannot be removed", async (t) => {
  const [a] = pair();
  t.throws(() => a.remove("192.0.2.1"), /removed once/);
});

void t.test("estimates are never too low, and with 20,000 clients nearly never too high", async (t) => {
  const workers = ledgers(4);
  const limits = { connectionsMax: 1_000_000, connectionsPerClientMax: 1_000_000 };
  const clients = 20_000;
  const address = (client: number): string => `10.${client >> 16}.${(client >> 8) & 255}.${client & 255}`;
  for (let client = 0; client < clients; client += 1) workers[client % 4]?.tryAdd(address(client), limits);
  let tooHigh = 0;
  for (let client = 0; client < clients; client += 1) {
    const estimate = workers[0]?.estimate(address(client)) ?? 0;
    if (estimate < 1) t.fail(`${address(client)} is estimated too low`);
    if (estimate > 2) tooHigh += 1;
  }
  t.ok(tooHigh < clients / 20, `${tooHigh} clients are more than one too high`);
  for (let client = 0; client < clients; client += 1) workers[client % 4]?.remove(address(client));
  t.strictSame([workers[0]?.total(), workers[0]?.estimate(address(7))], [0, 0]);
});

void t.test("which clients collide depends on the seed", async (t) => {
  const limits = { connectionsMax: 1_000_000, connectionsPerClientMax: 1_000_000 };
  const collisions = (seed: number): string => {
    const [ledger] = ledgers(1, seed);
    for (let client = 0; client < 60_000; client += 1)
      ledger?.tryAdd(`2001:db8::${client.toString(16)}`, limits);
    const worst: number[] = [];
    for (let client = 0; client < 500; client += 1)
      if ((ledger?.estimate(`2001:db8::${client.toString(16)}`) ?? 0) > 2) worst.push(client);
    return worst.join();
  };
  t.not(collisions(1), collisions(2));
});
