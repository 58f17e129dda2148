import { type AskedUrl, askedUrl } from "#pac/asked-url.ts";
import { BALANCE_WORDS, ruleWords } from "#pac/cause-words.ts";
import { type Evaluation, evaluate } from "#pac/evaluate.ts";
import { askedHost } from "#pac/host-rule.ts";
import { PacEngine } from "#pac-engine/pac-engine.ts";
import { CLIENT_OPTIONS, type ClientScript, clientScript, wpadSettings } from "./client-script.ts";
import { type Command, type CommandArgs, type CommandIo, EXIT } from "./command.ts";

/** Why the answer is what it is, line by line. */
function reasons({ cause }: Evaluation, { plan, order, client, states }: ClientScript): readonly string[] {
  const profile = plan.profile === null ? "no profile is for it" : `profile ${plan.profile}`;
  const lines = [`client  ${client}: ${profile}`];
  if (cause.kind === "rule") {
    const resolved = cause.resolved === null ? "" : `, which has the address ${cause.resolved}`;
    return [
      ...lines,
      `rule    ${cause.index + 1} of ${plan.rules.length}: ${ruleWords(cause.rule)}${resolved}`,
    ];
  }
  const last = order.last.map(
    ({ name, unit }) => `${name} last: ${unit} unit is ${unit === "this" ? states.this : states.peer}`,
  );
  return [
    ...lines,
    "rule    none is for the host",
    `order   ${[BALANCE_WORDS[cause.by], ...last].join("; ")}`,
  ];
}

async function ask(script: ClientScript, asked: AskedUrl, args: CommandArgs, io: CommandIo): Promise<number> {
  const addresses = args.lists.get("resolves-to") ?? [];
  const engine = await PacEngine.load(script.script, {
    nowMs: () => performance.now(),
    resolve: (name) => (name === askedHost(asked.host).name ? addresses : []),
    client: script.client,
  });
  if (!engine.ok) {
    io.err(`futago: pac test: the script does not run: ${engine.error}`);
    return EXIT.failed;
  }
  using running = engine.value;
  const answer = running.find(asked.url, asked.host);
  if (!answer.ok) {
    io.err(`futago: pac test: the script fails: ${answer.error}`);
    return EXIT.failed;
  }
  const meant = evaluate(script.plan, script.order, asked.host, () => addresses);
  io.out([`answer  ${answer.value}`, ...reasons(meant, script)].join("\n"));
  if (meant.route === answer.value) return EXIT.ok;
  io.err(`futago: pac test: the rules mean ${meant.route}: please report this`);
  return EXIT.failed;
}

export const pacTestCommand: Command = {
  name: "pac test",
  summary: "Tells which proxies a client's script gives for a URL, and why: the script runs in a sandbox.",
  operands: "URL",
  operandsMin: 1,
  operandsMax: 1,
  options: [
    {
      name: "resolves-to",
      value: "ADDR",
      summary: "An address of the URL's host, for settings with resolveNames.",
      isRepeatable: true,
    },
    ...CLIENT_OPTIONS,
  ],
  async run(args, io) {
    const settings = await wpadSettings(args);
    if (!settings.ok) {
      for (const fault of settings.error) io.err(`futago: pac test: ${fault}`);
      return EXIT.badSettings;
    }
    const asked = askedUrl(args.operands[0] ?? "");
    const script = await clientScript(args, settings.value);
    if (script.ok && asked !== null) return ask(script.value, asked, args, io);
    io.err(`futago: pac test: ${script.ok ? `"${args.operands[0]}" is no URL` : script.error}`);
    return EXIT.usage;
  },
};
