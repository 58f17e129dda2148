/** Network settings of a real unit in a namespace: applied, rolled back, and there again after a restart. Root only. */
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { needsRoot, TestNetwork } from "#test/support/namespaces.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 40_000;

t.test("addresses, MTU and routes outlive the unit, and a trial does not", { skip: needsRoot }, async (t) => {
  const network = new TestNetwork(t);
  network.addHost("a", "192.0.2.1/24");
  const state = join(network.folder, "state");
  mkdirSync(state);
  const settings = { workers: 1, listen: [{ address: "127.0.0.1", port: 0 }] };
  writeFileSync(join(state, "settings.json"), JSON.stringify(settings));
  const cli = (...words: readonly string[]): string =>
    network.run(
      "a",
      process.execPath,
      "--no-warnings",
      "appliance/cli/futago.ts",
      ...words,
      "--state",
      state,
    );
  const start = async () => {
    const unit = network.node("a", ["appliance/cli/futago.ts", "run", "--state", state]);
    let output = "";
    unit.stdout?.on("data", (bytes: Buffer) => {
      output += bytes.toString();
    });
    await until(() => (/ {2}console {2}http/.test(output) ? true : undefined), LIMIT_MS);
    return unit;
  };
  const seen = (): string =>
    `${network.ip("a", "address", "show", "eth0")}${network.ip("a", "route", "show")}`;
  const unit = await start();
  cli(
    "api",
    "interfaces.address.add",
    "interface=eth0",
    "--body",
    '{"address":"192.0.2.51","prefixLength":24}',
  );
  t.match(seen(), "192.0.2.51/24");
  cli("api", "settings.revert", "--body", "{}");
  t.notMatch(seen(), "192.0.2.51/24", "rolled back");
  cli(
    "api",
    "interfaces.address.add",
    "interface=eth0",
    "--body",
    '{"address":"192.0.2.52","prefixLength":24}',
  );
  cli("api", "settings.confirm", "--body", "{}");
  cli("api", "interfaces.mtu", "interface=eth0", "--body", '{"mtu":1400}');
  cli("api", "settings.confirm", "--body", "{}");
  const now = JSON.parse(cli("api", "settings.read")) as {
    readonly generation: number;
    readonly settings: { readonly network: object };
  };
  const routes = [{ destination: "198.51.100.0/24", gateway: "192.0.2.254" }];
  const changed = { ...now.settings, network: { ...now.settings.network, routes } };
  const body = JSON.stringify({ settings: changed, reason: "a route", confirmWithinS: null });
  cli("api", "settings.apply", "--body", body, "--generation", String(now.generation));
  t.match(seen(), /mtu 1400[\s\S]*192\.0\.2\.52\/24[\s\S]*198\.51\.100\.0\/24 via 192\.0\.2\.254/);
  const ended = once(unit, "exit");
  unit.kill("SIGTERM");
  await ended;
  // What a restart of the machine does.
  network.ip("a", "address", "del", "192.0.2.52/24", "dev", "eth0");
  network.ip("a", "link", "set", "eth0", "mtu", "1500");
  network.ip("a", "route", "flush", "198.51.100.0/24");
  const again = await start();
  t.match(seen(), /mtu 1400[\s\S]*192\.0\.2\.52\/24[\s\S]*198\.51\.100\.0\/24 via 192\.0\.2\.254/);
  cli("api", "interfaces.address.remove", "interface=eth0", "address=192.0.2.52");
  t.notMatch(seen(), "192.0.2.52/24");
  again.kill("SIGKILL");
  await once(again, "exit");
  await start();
  t.match(seen(), "192.0.2.52/24", "a removal that nobody confirmed is undone");
});
