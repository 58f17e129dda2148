import { readFileSync } from "node:fs";
import t from "tap";
import { withReference } from "#appliance/firmware/settings-reference.ts";
import { describeSettings } from "#settings/describe.ts";

const README = readFileSync("README.md", "utf8");

t.test("the settings reference in README.md is that of the schema (make docs writes it)", async (t) => {
  t.equal(README, withReference(README));
});

t.test("a stale reference is found, and made anew with what stands around it kept", async (t) => {
  const page = "before\n<!-- settings:start -->\nonce upon a time\n<!-- settings:end -->\nafter\n";
  const made = withReference(page) ?? "";
  t.match(made, /^before\n<!-- settings:start -->\n/);
  t.match(made, /<!-- settings:end -->\nafter\n$/);
  t.notMatch(made, "once upon a time");
  for (const { path } of describeSettings().flatMap(({ rows }) => rows)) t.match(made, `| \`${path}\` |`);
  t.equal(withReference(made), made);
});

t.test("a page without the marks is left to its author", async (t) => {
  t.equal(withReference("nothing here"), null);
});
