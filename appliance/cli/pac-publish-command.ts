import { publishFacts, publishSnippets } from "#pac/publish.ts";
import { wpadSettings } from "./client-script.ts";
import { type Command, EXIT } from "./command.ts";
import { SETTINGS_OPTION, STATE_OPTION } from "./state-folder.ts";

const DOMAIN = "example.com";

export const pacPublishCommand: Command = {
  name: "pac publish",
  summary: "Prints what tells browsers where the script is, for DHCP servers and name servers.",
  operands: "",
  operandsMin: 0,
  operandsMax: 0,
  options: [
    { name: "domain", value: "NAME", summary: `The clients' domain; without it ${DOMAIN}.` },
    STATE_OPTION,
    SETTINGS_OPTION,
  ],
  async run(args, io) {
    const settings = await wpadSettings(args);
    if (!settings.ok) {
      for (const fault of settings.error) io.err(`futago: pac publish: ${fault}`);
      return EXIT.badSettings;
    }
    const facts = publishFacts(settings.value);
    if (facts === null) {
      io.err(
        "futago: pac publish: the settings name no address of the script: neither a floating one nor one to listen on",
      );
      return EXIT.failed;
    }
    const snippets = publishSnippets(facts, args.values.get("domain") ?? DOMAIN);
    io.out(snippets.map(({ title, text }) => `# ${title}\n${text}`).join("\n\n"));
    return EXIT.ok;
  },
};
