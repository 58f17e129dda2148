/**
 * The steps of a transaction (steps.ts) as small numbers: a request takes five, and finding a row by a number and
 * testing a bit for what may follow costs a tenth of doing so by names.
 */
export const STEP = {
  receive: 0,
  authorize: 1,
  local: 2,
  connect: 3,
  lookup: 4,
  hit: 5,
  join: 6,
  fetch: 7,
  deliver: 8,
  refuse: 9,
  finish: 10,
  /** No step: an event goes on. */
  wait: 11,
} as const;

export type StepName = Exclude<keyof typeof STEP, "wait">;
export type Step = (typeof STEP)[StepName];
export type Wait = typeof STEP.wait;

/** The names of the steps, in the order of their numbers. */
export const STEP_NAMES = (Object.keys(STEP) as (keyof typeof STEP)[]).filter((name) => name !== "wait");

export const stepName = (step: Step): string => STEP_NAMES[step] ?? "?";
