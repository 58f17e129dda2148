import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { loadSettings } from "#appliance/service/load-settings.ts";

t.test("the settings of a pair are checked against this machine's own addresses", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "futago-settings-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "settings.json");
  const faultsOf = async (redundancy: unknown): Promise<readonly string[]> => {
    await writeFile(file, JSON.stringify({ redundancy }));
    const loaded = await loadSettings(file);
    return loaded.ok ? [] : loaded.error;
  };
  const floatingAddresses = [{ address: "127.0.0.100", prefixLength: 8, interface: "lo" }];
  t.strictSame(await faultsOf({ enabled: true, peerAddress: "203.0.113.77", floatingAddresses }), []);
  t.match(await faultsOf({ enabled: true, peerAddress: "127.0.0.1", floatingAddresses }), [
    /^redundancy\.peerAddress: found "127\.0\.0\.1", expected an address of another machine; this unit has it on lo$/,
  ]);
  t.strictSame(await faultsOf({ enabled: false, peerAddress: "127.0.0.1" }), [], "off: nothing is asked");
  const services = [{ name: "wpad" }];
  t.match(await faultsOf({ enabled: true, peerAddress: "203.0.113.77", floatingAddresses, services }), [
    'redundancy.services[0].check: found nothing, expected where "wpad" answers, such as { "port": 8080 }',
  ]);
});
