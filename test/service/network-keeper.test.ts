/** The network that the settings keep, on a kernel of the test's own; test/service/network-unit.test.ts has a real one. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { NetworkKeeper } from "#appliance/service/network-keeper.ts";
import { failure, success } from "#base/outcome.ts";
import type { AddressChange, RouteChange, RouteFacts } from "#host/ip-command.ts";
import type { IpPort } from "#host/ip-port.ts";
import { checkPolicySettings } from "#policy/check-settings.ts";
import { defaultSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";

type Network = Settings["network"];

const network = (over: Partial<Network> = {}): Network => ({ addresses: [], mtus: [], routes: [], ...over });
const address = (text: string, name = "eth0"): AddressChange => ({
  interface: name,
  address: text,
  prefixLength: 24,
});

/** One interface, routes by destination; what is done is written down. */
class FakeKernel {
  readonly done: string[] = [];
  addresses: AddressChange[] = [];
  mtu = 1_500;
  routes: RouteFacts[] = [];
  refuses = "";

  readonly port: IpPort = {
    links: async () =>
      success([
        {
          ifname: "eth0",
          flags: [],
          mtu: this.mtu,
          operstate: "UP",
          link_type: "ether",
          addr_info: this.addresses.map(({ address: local, prefixLength: prefixlen }) => ({
            ...{ family: "inet" as const, local, prefixlen, scope: "global" },
          })),
        },
      ]),
    routes: async () => success(this.routes),
    addAddress: (change) => this.#do(`add ${change.address}`, () => this.addresses.push(change)),
    removeAddress: (change) =>
      this.#do(`remove ${change.address}`, () => {
        this.addresses = this.addresses.filter((each) => each.address !== change.address);
      }),
    setMtu: (_, mtu) =>
      this.#do(`mtu ${mtu}`, () => {
        this.mtu = mtu;
      }),
    replaceRoute: ({ destination: dst, gateway, interface: dev }: RouteChange) =>
      this.#do(`route ${dst} ${gateway}`, () => {
        const others = this.routes.filter((route) => route.dst !== dst);
        this.routes = [
          ...others,
          { dst, ...(gateway === null ? {} : { gateway }), ...(dev === undefined ? {} : { dev }) },
        ];
      }),
    removeRoute: ({ destination }) =>
      this.#do(`no route ${destination}`, () => {
        this.routes = this.routes.filter((route) => route.dst !== destination);
      }),
  };

  async #do(what: string, act: () => unknown): ReturnType<IpPort["addAddress"]> {
    if (what === this.refuses) return failure("RTNETLINK answers: Operation not permitted");
    this.done.push(what);
    act();
    return success(null);
  }

  take(): readonly string[] {
    return this.done.splice(0);
  }
}

function stage(t: Test): { kernel: FakeKernel; path: string; open: () => Promise<NetworkKeeper> } {
  const folder = mkdtempSync(join(tmpdir(), "futago-network-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const [kernel, path] = [new FakeKernel(), join(folder, "network.json")];
  return { kernel, path, open: () => NetworkKeeper.open({ path, ip: kernel.port, logger: () => {} }) };
}

const WHOLE = network({
  addresses: [address("192.0.2.1"), address("192.0.2.2")],
  mtus: [{ interface: "eth0", mtu: 1_400 }],
  routes: [{ destination: "default", gateway: "192.0.2.254" }],
});

t.test("what is listed is made once, and found at the next start", async (t) => {
  const { kernel, open } = stage(t);
  await (await open()).start(WHOLE);
  t.strictSame(kernel.take(), ["mtu 1400", "add 192.0.2.1", "add 192.0.2.2", "route default 192.0.2.254"]);
  await (await open()).start(WHOLE);
  t.strictSame(kernel.take(), [], "nothing is done twice");
  kernel.addresses = [];
  await (await open()).start(WHOLE);
  t.strictSame(kernel.take(), ["add 192.0.2.1", "add 192.0.2.2"], "after a restart of the machine");
});

t.test("what is no longer listed goes, and what stood there before comes back", async (t) => {
  const { kernel, open } = stage(t);
  kernel.routes = [{ dst: "default", gateway: "192.0.2.9", dev: "eth0" }];
  const foreign = address("198.51.100.1");
  kernel.addresses = [foreign];
  const keeper = await open();
  await keeper.start(WHOLE);
  kernel.take();
  const changed = { ...WHOLE, mtus: [{ interface: "eth0", mtu: 1_300 }], addresses: [address("192.0.2.1")] };
  t.ok((await keeper.add(changed)).ok);
  await keeper.removeOthers(changed);
  t.strictSame(kernel.take(), ["mtu 1300", "remove 192.0.2.2"]);
  const none = network();
  t.ok((await keeper.add(none)).ok);
  await keeper.removeOthers(none);
  t.equal(kernel.mtu, 1_500);
  t.match(kernel.routes, [{ dst: "default", gateway: "192.0.2.9", dev: "eth0" }]);
  t.strictSame(kernel.addresses, [foreign], "what was never listed is not touched");
});

t.test("a change that was not confirmed before the unit ended is taken back at the next start", async (t) => {
  const { kernel, path, open } = stage(t);
  const first = network({ addresses: [address("192.0.2.1")] });
  const keeper = await open();
  await keeper.start(first);
  t.ok((await keeper.add(WHOLE)).ok);
  t.match(readFileSync(path, "utf8"), "192.0.2.2", "remembered");
  await (await open()).start(first);
  t.strictSame(
    kernel.addresses.map((each) => each.address),
    ["192.0.2.1"],
  );
  t.equal(kernel.mtu, 1_500);
  t.strictSame(kernel.routes, []);
});

t.test("on a refusal everything is as it was, and the sentence is an alert at the start", async (t) => {
  const { kernel, open } = stage(t);
  const keeper = await open();
  const first = network({ mtus: [{ interface: "eth0", mtu: 1_450 }] });
  await keeper.start(first);
  kernel.refuses = "route default 192.0.2.254";
  const outcome = await keeper.add(WHOLE);
  t.match(outcome, { ok: false, error: /^route default 4: .*not permitted/ });
  t.strictSame(kernel.addresses, []);
  t.equal(kernel.mtu, 1_450);
  t.strictSame(keeper.alerts, []);
  const again = await open();
  await again.start(WHOLE);
  t.match(again.alerts, [{ code: "network-not-applied", parameters: { why: /not permitted/ } }]);
  t.match(await again.add(network({ mtus: [{ interface: "eth9", mtu: 1_400 }] })), {
    error: /there is no interface eth9/,
  });
});

t.test("settings that cannot be are told", async (t) => {
  const faults = checkPolicySettings({
    ...defaultSettings(),
    network: {
      addresses: [
        address("192.0.2.300"),
        { ...address("192.0.2.1"), prefixLength: 33 },
        address("192.0.2.1"),
      ],
      mtus: [],
      routes: [
        { destination: "10.0.0.1/8", gateway: "192.0.2.1" },
        { destination: "10.0.0.0/8", gateway: "fe80::1" },
        { destination: "default", gateway: "x" },
      ],
    },
  });
  t.strictSame(
    faults.map(({ path }) => path),
    [
      "network.addresses[0].address",
      "network.addresses[1].prefixLength",
      "network.addresses[2].address",
      "network.routes[0].destination",
      "network.routes[1].gateway",
      "network.routes[2].gateway",
    ],
  );
});
