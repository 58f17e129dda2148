/**
 * Fuzzes every parser.
 *   node test/fuzz/run.ts [--inputs N] [--seconds S] [--seed N] [--target NAME]
 *   node test/fuzz/run.ts --target NAME --hex BYTES      one input, as a fault was printed
 * Exit 1 with the input, in hex, on the first fault.
 */
import { parseArgs } from "node:util";
import { checkInput, runFuzz } from "./fuzz.ts";
import { Rng } from "./rng.ts";
import { TARGETS } from "./targets.ts";

const { values } = parseArgs({
  options: {
    inputs: { type: "string" },
    seconds: { type: "string" },
    seed: { type: "string" },
    target: { type: "string" },
    hex: { type: "string" },
  },
});

function main(): number {
  const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
  const [target] = targets;
  if (target === undefined) {
    console.log(`no such target; there are: ${TARGETS.map(({ name }) => name).join(", ")}`);
    return 2;
  }
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
  if (values.hex !== undefined) {
    const { fault } = checkInput(target, Buffer.from(values.hex, "hex"), new Rng(seed, 0));
    console.log(fault ?? "no fault");
    return fault === null ? 0 : 1;
  }
  const inputsMax = Number(
    values.inputs ?? (values.seconds === undefined ? 100_000 : Number.MAX_SAFE_INTEGER),
  );
  const report = runFuzz({
    targets,
    seed,
    inputsMax,
    secondsMax: Number(values.seconds ?? Number.MAX_SAFE_INTEGER),
  });
  const rate = Math.round(report.inputs / report.seconds);
  console.log(`seed ${seed}: ${report.inputs} inputs in ${report.seconds.toFixed(1)} s, ${rate} a second`);
  console.log(`accepted, of 1: ${JSON.stringify(report.acceptedShare)}`);
  if (report.fault === null) return 0;
  const { target: name, index, input, fault } = report.fault;
  console.log(`FAULT in ${name}, input ${index}: ${fault}`);
  console.log(`again: node test/fuzz/run.ts --target ${name} --hex ${input.toString("hex")}`);
  console.log(JSON.stringify(input.toString("latin1")));
  return 1;
}

process.exitCode = main();
