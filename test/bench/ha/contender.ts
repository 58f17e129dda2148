/** What is compared: a way to give two units a floating address. */
import type { Family, UnitName } from "#test/support/pair-settings.ts";
import type { Lab } from "./lab.ts";

export interface Contender {
  readonly name: string;
  /** The product: its claims are judged by these. */
  readonly isProduct: boolean;
  /** Between two beats or adverts. */
  readonly intervalMs: number;
  /** What it says of itself: how long after the last beat a silent unit is taken over. */
  readonly silenceMs: number;
  readonly families: readonly Family[];
  /** Null when it can run here, else why not. */
  readonly missing: () => string | null;
  readonly begin: (lab: Lab) => RunningPair;
}

/** Both units with the contender's daemons on them. */
export interface RunningPair {
  /** Starts what a unit runs after its boot. */
  readonly start: (unit: UnitName) => void;
  /** Ends every process of the unit, in no order and without a word. */
  readonly kill: (unit: UnitName) => void;
  /** The shutdown of the unit; resolves when its daemons have ended. */
  readonly stop: (unit: UnitName) => Promise<void>;
  /** Kills what manages the address, for good. */
  readonly killDaemon: (unit: UnitName) => void;
  readonly reviveDaemon: (unit: UnitName) => void;
  readonly hangDaemon: (unit: UnitName) => void;
  readonly resumeDaemon: (unit: UnitName) => void;
  /** Whether the unit that does not hold is ready to take, as far as that can be asked. */
  readonly isReady: (holder: UnitName) => Promise<boolean>;
  /** A planned move away from the unit; null where there is no such command. */
  readonly handover: ((from: UnitName) => Promise<void>) | null;
}
