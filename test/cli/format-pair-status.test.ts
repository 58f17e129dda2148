import t from "tap";
import { formatPairStatus } from "#appliance/cli/format-pair-status.ts";
import type { PairStatusAnswer } from "#control/contract.ts";

const STATUS: PairStatusAnswer = {
  unit: "tokyo-1",
  pid: 42,
  home: "active",
  floatingAddresses: ["192.0.2.100"],
  own: {
    role: "standby",
    operation: "active",
    state: "active",
    reason: "peer-silent",
    sinceMs: 61_000,
    holds: true,
    health: "well",
  },
  peer: null,
  paths: [false],
  sent: 100,
  received: 0,
  lost: 0,
  late: 0,
  drops: { "bad-mac": 3 },
  warnings: ["communication-error"],
  heartbeat: { foreign: 1, overrun: 0, unsent: 0 },
  connections: {
    here: 3,
    phase: "serving",
    onOtherUnit: 0,
    leftMs: 0,
    isPassingOn: false,
    unlisted: 0,
    known: 0,
    reports: { received: 0, refused: {} },
    reset: 0,
    unsent: 0,
  },
  second: null,
};

t.test("the pair is told in the manual's words", async (t) => {
  const text = formatPairStatus(STATUS);
  t.match(text, /this unit:\n +role +standby \(待機系\)\n +operation +active \(稼働\)/);
  t.match(text, /since +1 min 1 s/);
  t.match(text, /other unit:\n +heard +never/);
  t.match(text, /communication error \(通信異常\): the other unit is not heard/);
  t.match(text, /bad-mac +3/);
});

t.test("a planned move that is not over yet", async (t) => {
  const moved = { ...STATUS.connections, onOtherUnit: 12, leftMs: 59_001, isPassingOn: true };
  t.match(
    formatPairStatus({ ...STATUS, connections: moved }),
    /moving +12 connections still on the other unit, for 60 s at most/,
  );
  const draining = { ...STATUS.connections, here: 1, phase: "draining", leftMs: 1_000 } as const;
  t.match(
    formatPairStatus({ ...STATUS, connections: draining }),
    /moving +1 connection still on this unit, for 1 s at most/,
  );
});

t.test("the other unit and a quiet day", async (t) => {
  const peer = {
    ...STATUS.own,
    role: "active",
    operation: "standby",
    heardMs: 12,
    roundTripMs: 0.4,
  } as const;
  const text = formatPairStatus({ ...STATUS, peer, warnings: [] });
  t.match(text, /other unit:\n +role +active \(稼働系\)\n +operation +standby \(待機\)/);
  t.match(text, /warnings +none/);
});

t.test(
  "the addresses at home on the standby unit are told by themselves, without a role of their own",
  async (t) => {
    const { unit: _unit, pid: _pid, heartbeat: _heartbeat, second: _second, ...group } = STATUS;
    const second = {
      ...group,
      home: "standby",
      floatingAddresses: ["192.0.2.101"],
      own: { ...STATUS.own, role: "active", operation: "standby" },
      warnings: [],
    } as const;
    const [first = "", others = ""] = formatPairStatus({ ...STATUS, second }).split(
      "addresses at home on the standby unit:",
    );
    t.match(first, /floating addresses +192\.0\.2\.100\n[\s\S]*role +standby/);
    t.match(others, /floating addresses +192\.0\.2\.101\n[\s\S]*this unit:\n +operation +standby \(待機\)/);
    t.notMatch(others, /role/);
  },
);
