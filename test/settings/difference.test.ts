import t from "tap";
import { changedSections } from "#settings/difference.ts";
import { defaultSettings } from "#settings/parse-settings.ts";

t.test("equal settings differ in no section", async (t) => {
  t.strictSame(changedSections(defaultSettings(), defaultSettings()), []);
});

t.test("the sections that differ are named, whatever the depth", async (t) => {
  const before = defaultSettings();
  const after = {
    ...before,
    listen: [{ address: "127.0.0.1", port: 1 }],
    upstream: { ...before.upstream, sourceAddressV4: "192.0.2.1" },
  };
  t.strictSame(changedSections(before, after), ["listen", "upstream"]);
  t.strictSame(changedSections(after, before), ["listen", "upstream"]);
});
