/** Two real units among others who use their port, their packets or their address. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import t, { type Test } from "tap";
import { callControl } from "#control/client.ts";
import { AddressWatch } from "#test/support/address-watch.ts";
import { needsRoot, type TestNetwork } from "#test/support/namespaces.ts";
import { type Family, PLAN, pairSettings } from "#test/support/pair-settings.ts";
import type { StrangeKind } from "#test/support/stranger.ts";
import { TestPair } from "#test/support/test-pair.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 15_000;
const TIMERS = { intervalMs: 50, count: 3, failback: { mode: "never" } };

async function pairOf(t: Test, family: Family) {
  const pair = await TestPair.start(t, TIMERS, "heartbeatd", { families: [family] });
  const watch = await AddressWatch.start(pair.network, ["a", "b"], [PLAN[family].floating]);
  watch.reset();
  return { pair, watch };
}

/** Datagrams for the heartbeat that a unit's kernel had no room for: the last column of its sockets. */
function overflowed(pair: TestPair, name: "a" | "b"): number {
  const line = pair.network
    .run(name, "cat", "/proc/net/udp", "/proc/net/udp6")
    .split("\n")
    .find((each) => / [0-9A-F]+:1EDC /.test(each));
  return Number(line?.trim().split(/\s+/).at(-1) ?? 0);
}

/** Everything that both units have left out, on a busy machine their kernels too. */
async function dropped(pair: TestPair): Promise<number> {
  let sum = 0;
  for (const name of ["a", "b"] as const) {
    const status = await until(async () => (await pair.status(name)) ?? undefined, LIMIT_MS);
    const { foreign, overrun } = status.heartbeat;
    const refused = [...Object.values(status.drops), ...Object.values(status.connections.reports.refused)];
    sum += refused.reduce((all, each) => all + each, foreign + overrun + overflowed(pair, name));
  }
  return sum;
}

/** A third machine that can take the floating address. */
async function startThief(
  network: TestNetwork,
  family: Family,
): Promise<(call: string, argument?: unknown) => Promise<void>> {
  network.addHost("thief", "10.8.0.66/24", "fd08::66/64");
  const words = ["test/support/floating-host.ts", PLAN[family].floating];
  const thief: ChildProcess = network.device("thief", words);
  await once(thief, "message");
  return async (call, argument = null) => {
    const answered = new Promise<void>((resolve) =>
      thief.on("message", (message: object) => {
        if ("result" in message) resolve();
      }),
    );
    thief.send({ call, argument });
    await answered;
  };
}

for (const family of [4, 6] as const) {
  void t.test(
    `IPv${family}: 10,000 replayed, forged, truncated and foreign packets change nothing and are counted`,
    {
      skip: needsRoot,
    },
    async (t) => {
      const { pair, watch } = await pairOf(t, family);
      pair.network.completePackets();
      const stranger = pair.network.device("bridge", ["test/support/stranger.ts"]);
      await once(stranger, "message");
      await pause(2_000);
      // When they met, each dropped what it could not be sure of.
      const before = await dropped(pair);
      const kinds: readonly StrangeKind[] = ["replayed", "forged", "truncated", "of another pair"];
      for (const [index, kind] of kinds.entries()) {
        const done = once(stranger, "message");
        stranger.send({ kind, count: 2_500 });
        await done;
        const expected = before + 2_500 * (index + 1);
        await until(async () => (await dropped(pair)) >= expected || undefined, LIMIT_MS);
        t.equal(await dropped(pair), expected, kind);
      }
      t.equal(watch.moves, 0);
      t.ok(watch.isHeldOnlyBy("a"));
      for (const name of ["a", "b"] as const) t.match(await pair.status(name), { warnings: [] }, name);
      t.match(await pair.seen(), { lost: 0, twice: 0 });
    },
  );

  void t.test(
    `IPv${family}: an address that a third machine takes is defended, with an alarm`,
    { skip: needsRoot },
    async (t) => {
      const { pair, watch } = await pairOf(t, family);
      const thief = await startThief(pair.network, family);
      await thief("hold", 60_000);
      await thief("announce");
      await until(() => /address-conflict .*by=stranger/.test(pair.logOf("a")) || undefined, LIMIT_MS);
      t.equal(watch.moves, 0);
      t.ok(watch.isHeldOnlyBy("a"));
      await thief("release");
      await pair.command("a", "pair-announce");
      await pair.seen();
      t.match(await pair.seen(), { lost: 0, twice: 0 });
    },
  );

  void t.test(
    `IPv${family}: what a third machine has is not taken, with an alarm, until it lets go`,
    {
      skip: needsRoot,
    },
    async (t) => {
      const { pair, watch } = await pairOf(t, family);
      const thief = await startThief(pair.network, family);
      await thief("hold", 60_000);
      pair.network.forward("a", "off");
      await until(() => /takeover-held-back .*by=stranger/.test(pair.logOf("b")) || undefined, LIMIT_MS);
      t.match((await pair.status("b"))?.warnings, [
        "communication-error",
        "nobody-holds",
        "takeover-held-back",
      ]);
      t.equal(watch.moves, 0);
      await thief("release");
      await pair.reaches("b", "active");
    },
  );
}

void t.test(
  "a second pair on the same port of the same network is nobody's business",
  {
    skip: needsRoot,
  },
  async (t) => {
    const { pair, watch } = await pairOf(t, 4);
    const { network } = pair;
    const second = { a: "10.8.0.11", b: "10.8.0.12", floating: "10.8.0.110" } as const;
    const socketOf = (name: "a" | "b"): string => join(network.folder, `second-${name}`, "heartbeat.sock");
    for (const [name, other] of [
      ["a", "b"],
      ["b", "a"],
    ] as const) {
      network.addHost(`second-${name}`, `${second[name]}/24`);
      const state = join(network.folder, `second-${name}`);
      mkdirSync(state);
      writeFileSync(join(state, "key"), "the key of a test pair");
      const settings = pairSettings(name, {
        keyFile: join(state, "key"),
        families: [4],
        redundancy: {
          ...TIMERS,
          pairId: 2,
          peerAddress: second[other],
          floatingAddresses: [{ address: second.floating, prefixLength: 24, interface: "eth0" }],
        },
      });
      writeFileSync(join(state, "settings.json"), JSON.stringify(settings));
      const words = ["--settings", join(state, "settings.json"), "--state", state];
      network.device(`second-${name}`, ["appliance/main/heartbeatd.ts", ...words]);
    }
    const stateOf = async (name: "a" | "b"): Promise<string | null> => {
      const answer = await callControl(socketOf(name), { command: "pair-status" });
      return answer.ok ? answer.value.own.state : null;
    };
    const before = await dropped(pair);
    const works = async () => (await stateOf("a")) === "active" && (await stateOf("b")) === "standby";
    await until(async () => (await works()) || undefined, LIMIT_MS);
    await callControl(socketOf("a"), { command: "pair-handover" });
    await until(async () => (await stateOf("b")) === "active" || undefined, LIMIT_MS);
    t.equal(watch.moves, 0);
    t.equal(await dropped(pair), before);
    t.match(await pair.seen(), { lost: 0, twice: 0 });
  },
);
