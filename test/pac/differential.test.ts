/**
 * The same questions to five readers: the rules themselves, and the script in V8 (node:vm), in QuickJS (pac-resolver)
 * and in SpiderMonkey 1.7 (libpacparser), which knows ECMAScript 3 only.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { createContext, Script } from "node:vm";
import { createPacResolver } from "pac-resolver";
import { QuickJS } from "quickjs-wasi";
import t from "tap";
import { checkWpadSettings } from "#pac/check-wpad.ts";
import { clientOrder, type UnitState } from "#pac/client-order.ts";
import { evaluate } from "#pac/evaluate.ts";
import { plansOf } from "#pac/plan.ts";
import { scriptText } from "#pac/script-text.ts";
import { Rng } from "#test/fuzz/rng.ts";
import { randomClient, randomHost, randomSettings } from "./random-settings.ts";

const SEED = 5_000;
const SCRIPTS = 500;
const HOSTS_PER_SCRIPT = 400;
const PYTHON = "/usr/bin/python3";
const STATES: readonly UnitState[] = ["well", "well", "draining", "dead", "unknown"];

t.setTimeout(550_000);

interface Case {
  readonly script: string;
  readonly hosts: readonly string[];
  readonly expected: readonly string[];
}

/** What every engine is told of names: an address that the name itself decides. */
const RESOLVER = `function dnsResolve(name) {
  return name.length % 3 === 0 ? "10.1.2." + name.length : name.length % 3 === 1 ? "" : "192.0.2.7";
}
`;
const resolve = (name: string): readonly string[] => {
  if (name.length % 3 === 1) return [];
  return [name.length % 3 === 0 ? `10.1.2.${name.length}` : "192.0.2.7"];
};

function makeCase(index: number): Case {
  const rng = new Rng(SEED, index);
  const settings = randomSettings(rng);
  const faults = checkWpadSettings(settings);
  if (faults.length > 0) throw new Error(`case ${index}: ${JSON.stringify(faults)}`);
  const plan = plansOf(settings.wpad).at(-1);
  if (plan === undefined) throw new Error("no plan");
  const order = clientOrder(plan, randomClient(rng), { this: "well", peer: rng.pick(STATES) });
  const hosts = Array.from({ length: HOSTS_PER_SCRIPT }, () => randomHost(rng, settings));
  return {
    script: scriptText(plan, order),
    hosts,
    expected: hosts.map((host) => evaluate(plan, order, host, resolve).route),
  };
}

const CASES = Array.from({ length: SCRIPTS }, (_, index) => makeCase(index));

/** The first disagreement of an engine, as a text; null where there is none. */
function disagreement(index: number, answers: readonly unknown[]): string | null {
  const { hosts, expected } = CASES[index] as Case;
  const at = expected.findIndex((answer, place) => answers[place] !== answer);
  return at < 0 && answers.length === hosts.length
    ? null
    : `script ${index}, host ${JSON.stringify(hosts[at])}: expected ${expected[at]}, got ${answers[at]}`;
}

const ASK = new Script(`({
  plain: hosts.map(function (host) { return FindProxyForURL("http://x/", host); }),
  ex: hosts.map(function (host) { return FindProxyForURLEx("http://x/", host); }),
})`);

/** What both functions of the script answer for the hosts. */
function inV8(
  script: string,
  hosts: readonly string[],
): { readonly plain: unknown[]; readonly ex: unknown[] } {
  const context = createContext({ hosts });
  new Script(RESOLVER + script).runInContext(context);
  return ASK.runInContext(context) as { plain: unknown[]; ex: unknown[] };
}

t.test("the cases are worth asking", async (t) => {
  const answers = CASES.flatMap(({ expected }) => expected);
  t.equal(answers.length, 200_000);
  const direct = answers.filter((answer) => answer === "DIRECT").length / answers.length;
  t.ok(direct > 0.1 && direct < 0.8, `${direct} of the answers are DIRECT`);
  t.ok(new Set(answers).size > 500, "many different answers");
  for (const part of ["futagoLike", "futagoWithin", "futagoBelow", "futagoBalanced", "futagoResolve"])
    t.ok(CASES.filter(({ script }) => script.includes(`function ${part}`)).length > 40, part);
});

t.test("a planted mistake is found", async (t) => {
  const mistakes = [
    ['name.charAt(start - 1) == "."', "true"],
    ["left <= 0", "left <= 1"],
    ["order[at - 1][0] < score", "order[at - 1][0] > score"],
    ['c == "?" ||', ""],
  ] as const;
  for (const [right, wrong] of mistakes) {
    const found = CASES.findIndex(({ script, hosts }, index) => {
      if (!script.includes(right)) return false;
      return disagreement(index, inV8(script.replace(right, wrong), hosts).plain) !== null;
    });
    t.ok(found >= 0, `${wrong} instead of ${right}`);
  }
});

t.test("V8 answers as the rules", async (t) => {
  const wrong = CASES.flatMap(({ script, hosts }, index) => {
    const { plain, ex } = inV8(script, hosts);
    return [disagreement(index, plain), disagreement(index, ex)];
  }).filter((each) => each !== null);
  t.strictSame(wrong.slice(0, 3), []);
});

t.test("QuickJS, by pac-resolver, answers as the rules", async (t) => {
  const wrong: string[] = [];
  for (const [index, { script, hosts }] of CASES.entries()) {
    using engine = await QuickJS.create();
    const find = createPacResolver(engine, script, {
      sandbox: { dnsResolve: (name: unknown) => resolve(String(name))[0] ?? "" },
    });
    const answers: unknown[] = [];
    for (const host of hosts) answers.push(await find("http://x/", host));
    const found = disagreement(index, answers);
    if (found !== null) wrong.push(found);
  }
  t.strictSame(wrong.slice(0, 3), []);
});

t.test("SpiderMonkey 1.7, by libpacparser, answers as the rules", async (t) => {
  const batch = spawn(PYTHON, ["test/support/pacparser-batch.py"], { stdio: ["pipe", "pipe", "inherit"] });
  t.teardown(() => batch.kill("SIGKILL"));
  const lines = createInterface({ input: batch.stdout })[Symbol.asyncIterator]();
  const wrong: string[] = [];
  for (const [index, { script, hosts }] of CASES.entries()) {
    if (!batch.stdin.write(`${JSON.stringify({ script: RESOLVER + script, hosts })}\n`))
      await once(batch.stdin, "drain");
    const line = await lines.next();
    const answers = JSON.parse(line.value ?? "[]") as readonly unknown[];
    const found = Array.isArray(answers) ? disagreement(index, answers) : JSON.stringify(answers);
    if (found !== null) wrong.push(found);
  }
  batch.stdin.end();
  t.strictSame(wrong.slice(0, 3), []);
});
