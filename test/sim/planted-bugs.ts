/** Mistakes of different kinds, each put into the core: the simulator must find every one of them. */
import type { Core } from "./host.ts";
import { REAL_CORE } from "./host.ts";

export interface PlantedBug {
  readonly name: string;
  /** The invariant that it must break. */
  readonly breaks: RegExp;
  readonly core: Core;
}

const withStep = (step: Core["step"]): Core => ({ ...REAL_CORE, step });

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: "an active unit does not look at what its peer holds",
    breaks: /two holders/,
    core: withStep((state, config, event) =>
      REAL_CORE.step(
        state,
        config,
        event.kind === "packet" && state.at === "active"
          ? { ...event, packet: { ...event.packet, holds: false } }
          : event,
      ),
    ),
  },
  {
    name: "a unit lets go before its peer has taken",
    breaks: /left without a holder/,
    core: {
      ...REAL_CORE,
      addressPresence: (state) => (state.at === "handing-over" ? "absent" : REAL_CORE.addressPresence(state)),
    },
  },
  {
    name: "the probe's evidence is not looked at, so a hung daemon's address is taken",
    breaks: /taken while it answers/,
    core: withStep((state, config, event) =>
      REAL_CORE.step(
        state,
        config,
        event.kind === "address-answered" ? { kind: "tick", nowMs: event.nowMs } : event,
      ),
    ),
  },
  {
    name: "nobody is told who has the address",
    breaks: /client unserved/,
    core: withStep((state, config, event) => {
      const stepped = REAL_CORE.step(state, config, event);
      return { ...stepped, commands: stepped.commands.filter(({ kind }) => kind !== "announce") };
    }),
  },
  {
    name: "failback is asked for again and again",
    breaks: /a move without a cause|no failback/,
    core: withStep((state, config, event) => {
      const stepped = REAL_CORE.step(state, config, event);
      // Long after it took, the unit set as active gives up for no reason.
      const isRestless =
        config.role === "active" && state.at === "active" && event.nowMs > state.sinceMs + 200_000;
      return isRestless
        ? REAL_CORE.step(stepped.state, config, { kind: "command", command: "handover", nowMs: event.nowMs })
        : stepped;
    }),
  },
  {
    name: "a takeover waits for ten times the silence",
    breaks: /no holder/,
    core: withStep((state, config, event) =>
      REAL_CORE.step(state, state.at === "standby" ? { ...config, count: config.count * 10 } : config, event),
    ),
  },
];
