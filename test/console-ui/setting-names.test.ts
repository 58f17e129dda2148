/** Every setting of the schema has a name and a help in Japanese, every choice its words, and none is left over. */
import t from "tap";
import { choicesOf, nodeAt, type SchemaNode } from "#console/ui/forms/json-schema.ts";
import { CHOICE_NAMES } from "#console/ui/forms/names/choice-names.ts";
import { SETTING_NAMES } from "#console/ui/forms/names/setting-names.ts";
import { describeSettings } from "#settings/describe.ts";
import { SettingsSchema } from "#settings/schema.ts";

const schema = SettingsSchema as unknown as SchemaNode;
const paths = describeSettings().flatMap(({ rows }) => rows.map(({ path }) => path));

t.test("every setting has a name, and no name is without a setting", async (t) => {
  t.strictSame(Object.keys(SETTING_NAMES).sort(), [...paths].sort());
});

t.test("every choice has its words", async (t) => {
  const choices = paths.flatMap((path) => {
    const node = nodeAt(schema, path);
    return (node === null ? [] : (choicesOf(node) ?? [])).map((choice) => `${path}=${choice}`);
  });
  t.strictSame(Object.keys(CHOICE_NAMES).sort(), choices.sort());
});
