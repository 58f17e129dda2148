/**
 * The program of the virtual machine: moves addresses on the named interfaces and writes a line of JSON for each.
 * It is bundled, and so are the programs beside it: to load their sources takes ten times as long there.
 *   node guest-cases.js OUTPUT TYPE…
 */
import { appendFileSync } from "node:fs";
import { MADE_INTERFACES, type MadeInterface, moveOn } from "#test/support/made-interfaces.ts";
import { ProgramOwner } from "#test/support/owner.ts";

/**
 * What is emulated takes some ten times as long. A unit that hands over answers on for 20 ms: there the other one
 * may need more.
 */
const PAIR_RUN = {
  intervalMs: 1_500,
  count: 3,
  plannedMs: 400,
  probing: { probeMs: 50, answerMs: 800 },
  bundles: import.meta.dirname,
};

export interface GuestReport {
  readonly type: MadeInterface["type"];
  readonly points: readonly { readonly isSo: boolean; readonly what: string }[];
  /** What ended it before its end. */
  readonly fault: string | null;
}

async function report(made: MadeInterface): Promise<GuestReport> {
  const { type } = made;
  const points: { isSo: boolean; what: string }[] = [];
  const judge = (isSo: boolean, what: string): void => {
    console.error(`${Math.round(performance.now())} ms: ${type}: ${isSo ? "" : "NOT "}${what}`);
    points.push({ isSo, what });
  };
  try {
    await using owner = new ProgramOwner();
    await moveOn(made, PAIR_RUN, owner, judge);
    return { type, points, fault: null };
  } catch (error) {
    return { type, points, fault: String((error as Error).stack) };
  }
}

const [output = "", ...types] = process.argv.slice(2);
for (const made of MADE_INTERFACES)
  if (types.includes(made.type)) appendFileSync(output, `${JSON.stringify(await report(made))}\n`);
process.exit();
