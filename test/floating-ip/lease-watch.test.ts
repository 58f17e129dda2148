/** The watch over leases on a real kernel. */
import { once } from "node:events";
import t, { type Test } from "tap";
import { needsRoot, TestNetwork } from "#test/support/namespaces.ts";
import { until } from "#test/support/until.ts";

const TOGETHER = ["10.8.0.100", "fd08::100", "10.8.0.101"] as const;
const ALONE = ["fd08::200", "10.8.0.200"] as const;
const LIMIT_MS = 20_000;

async function scene(t: Test): Promise<{ network: TestNetwork; present: () => string; ended: string[] }> {
  const network = new TestNetwork(t);
  network.addHost("a", "10.8.0.1/24", "fd08::1/64");
  const child = network.node(
    "a",
    ["test/support/lease-watch-host.ts", TOGETHER.join(","), ALONE.join(",")],
    true,
  );
  child.stderr?.pipe(process.stderr);
  const ended: string[] = [];
  child.on("message", (message: { readonly address?: string }) => {
    if (message.address !== undefined) ended.push(message.address);
  });
  await once(child, "message");
  for (const address of [...TOGETHER, ...ALONE]) add(network, address, "60");
  const present = (): string =>
    [...TOGETHER, ...ALONE]
      .filter((address) => network.ip("a", "address", "show", "dev", "eth0").includes(` ${address}/`))
      .join(" ");
  return { network, present, ended };
}

function add(network: TestNetwork, address: string, seconds: string): void {
  const prefix = address.includes(":") ? "/128" : "/32";
  const lifetime = ["valid_lft", seconds, "preferred_lft", "0"];
  const quick = address.includes(":") ? ["nodad"] : [];
  network.ip("a", "address", "replace", `${address}${prefix}`, "dev", "eth0", ...lifetime, ...quick);
}

void t.test(
  "when one lease ends, the addresses that move with it go too, and no others",
  { skip: needsRoot },
  async (t) => {
    for (const first of ["10.8.0.100", "fd08::100"]) {
      const { network, present, ended } = await scene(t);
      add(network, first, "1");
      await until(() => present() === ALONE.join(" ") || undefined, LIMIT_MS);
      await until(() => ended.length === 2 || undefined, LIMIT_MS);
      t.strictSame(ended.sort(), TOGETHER.filter((each) => each !== first).sort());
    }
  },
);

void t.test("addresses that are put back at once stay", { skip: needsRoot }, async (t) => {
  const { network, present, ended } = await scene(t);
  const swap = ["del 10.8.0.100/32 dev eth0", "add 10.8.0.100/32 dev eth0"]
    .map((words) => `address ${words}`)
    .join("\n");
  network.run("a", "sh", "-c", `echo '${swap}' | ip -batch -`);
  network.ip("a", "address", "delete", `${ALONE[1]}/32`, "dev", "eth0");
  await until(() => ended.length === 1 || undefined, LIMIT_MS);
  t.strictSame(ended, [ALONE[0]], "what came later has been seen to");
  t.equal(present(), TOGETHER.join(" "));
});
