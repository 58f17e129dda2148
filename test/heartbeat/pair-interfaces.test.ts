/** Two real units with many floating addresses, and on interfaces that are made of others. */
import t from "tap";
import { AddressWatch } from "#test/support/address-watch.ts";
import { isMakeable, MADE_INTERFACES, moveOn } from "#test/support/made-interfaces.ts";
import { needsRoot } from "#test/support/namespaces.ts";
import { PLAN } from "#test/support/pair-settings.ts";
import { QUICK } from "#test/support/probing-client.ts";
import { TestPair } from "#test/support/test-pair.ts";

const PACE = { intervalMs: 50, count: 3 };
const TAKEOVER_MS = 180;

void t.test("100 floating addresses move within the same time", { skip: needsRoot }, async (t) => {
  const others = Array.from({ length: 99 }, (_, index) => `10.8.0.${101 + index}`);
  const pair = await TestPair.start(t, {
    ...PACE,
    failback: { mode: "never" },
    // The one that the client asks for comes last.
    floatingAddresses: [...others, PLAN[4].floating].map((address) => ({
      address,
      prefixLength: 24,
      interface: "eth0",
    })),
  });
  const watch = await AddressWatch.start(pair.network, ["a", "b"], [PLAN[4].floating]);
  watch.reset();
  pair.network.forward("a", "off");
  await pair.reaches("b", "active");
  const { outageMs, lagMs } = await pair.seen();
  t.ok(outageMs <= TAKEOVER_MS + 2 * lagMs, `${outageMs} ms of ${TAKEOVER_MS}, lag ${lagMs}`);
  const shown = pair.network.ip("b", "-o", "address", "show", "dev", "eth0");
  t.equal(shown.match(/10\.8\.0\.\d+\/32/g)?.length, 100);
  pair.network.forward("a", "on");
  await pair.settled("a");
  t.match(await pair.seen(), { lost: 0 }, "heal");
  t.match(await pair.command("a", "pair-handover"), { ok: true });
  await pair.settled("b");
  t.match(await pair.seen(), { lost: 0 }, "handover");
});

/** Those that this kernel cannot make are tested in a virtual machine, by test/vm/made-interfaces.test.ts. */
const MADE_HERE = needsRoot === false ? MADE_INTERFACES.filter(isMakeable) : MADE_INTERFACES;

for (const made of MADE_HERE)
  void t.test(`floating addresses move on a ${made.type} interface`, { skip: needsRoot }, (t) =>
    moveOn(made, { ...PACE, plannedMs: 0, probing: QUICK }, t, (isSo, what) => t.ok(isSo, what)),
  );
