/** Stopping the machine: the executor is the test's own, and so is the heartbeat process. */
import t from "tap";
import { failure, success } from "#base/outcome.ts";
import { PowerDesk, type PowerDeskDeps } from "#console/server/power-desk.ts";
import { defaultSettings } from "#settings/parse-settings.ts";

interface Stage {
  readonly desk: PowerDesk;
  readonly done: string[];
}

/** `answersToHold`: what the unit says of holding the addresses, one answer after the other; the last one stays. */
function stage(
  answersToHold: readonly boolean[],
  over: {
    readonly isAllowed?: boolean;
    readonly fault?: string;
    readonly isPair?: boolean;
    readonly refusal?: string;
  } = {},
): Stage {
  const { isAllowed = true, fault = null, isPair = true, refusal = null } = over;
  const done: string[] = [];
  const answers = [...answersToHold];
  let nowMs = 0;
  const settings = defaultSettings();
  const deps = {
    settings: () => ({
      ...settings,
      console: { ...settings.console, mayStopMachine: isAllowed },
      redundancy: { ...settings.redundancy, enabled: isPair },
    }),
    appliance: {
      powerFault: () => fault,
      power: async (action: string) => {
        done.push(action);
        return success(null);
      },
    },
    link: {
      ask: async ({ command }: { readonly command: string }) => {
        done.push(command);
        return refusal === null ? success({ asked: true }) : failure(refusal);
      },
      pairStatus: async () => {
        nowMs += 1_000;
        const holds = answers.length > 1 ? answers.shift() : answers[0];
        return success({ own: { holds } });
      },
    },
    clock: { nowMs: () => nowMs, wallMs: () => 0 },
  } as unknown as PowerDeskDeps;
  return { desk: new PowerDesk(deps), done };
}

t.test("the addresses go first, and only then the machine", async (t) => {
  const { desk, done } = stage([true, true, false]);
  t.strictSame(desk.state, { mayStop: true, why: null });
  t.equal(await desk.do("restart"), "the floating addresses were handed over");
  t.strictSame(done, ["pair-handover", "restart"]);
});

t.test("nobody waits for ever: a dead peer and a handover that does not end are told", async (t) => {
  const dead = stage([true], { refusal: "the other unit has not been heard" });
  t.match(await dead.desk.do("stop"), /not handed over: the other unit has not been heard/);
  t.strictSame(dead.done, ["pair-handover", "stop"]);
  const stuck = stage([true]);
  t.match(await stuck.desk.do("stop"), /still here after 10 s/);
  t.strictSame(stuck.done, ["pair-handover", "stop"]);
});

t.test("a standby and a single unit have nothing to hand over", async (t) => {
  const standby = stage([false]);
  t.match(await standby.desk.do("stop"), /not here/);
  const single = stage([true], { isPair: false });
  t.match(await single.desk.do("stop"), /no pair/);
  t.strictSame([...standby.done, ...single.done], ["stop", "stop"]);
});

t.test("where the setting or the machine does not allow it nothing happens", async (t) => {
  for (const [over, why] of [
    [{ isAllowed: false }, /console\.mayStopMachine/],
    [{ fault: "this system has no way" }, /no way/],
  ] as const) {
    const { desk, done } = stage([true], over);
    t.match(desk.state, { mayStop: false, why });
    await t.rejects(desk.do("stop"), why);
    t.strictSame(done, []);
  }
});
