/** Which program would stop the machine; none is ever run here. */
import t from "tap";
import { failure, success } from "#base/outcome.ts";
import { type PowerHost, power, powerFault } from "#host/power-command.ts";

const SYSTEMD = ["/run/systemd/system", "/usr/bin/systemctl"];

function machine(paths: readonly string[], isRoot = true, fault: string | null = null) {
  const ran: string[] = [];
  const host: PowerHost = {
    exists: (path) => paths.includes(path),
    isRoot,
    run: async (program, args) => {
      ran.push([program, ...args].join(" "));
      return fault === null ? success(null) : failure(fault);
    },
  };
  return { host, ran };
}

t.test("systemd is asked where it runs, else shutdown", async (t) => {
  const modern = machine([...SYSTEMD, "/sbin/shutdown", "/run/initctl"]);
  t.equal(powerFault(modern.host), null);
  await power("stop", modern.host);
  await power("restart", modern.host);
  t.strictSame(modern.ran, [
    "/usr/bin/systemctl --no-block poweroff",
    "/usr/bin/systemctl --no-block reboot",
  ]);
  const old = machine(["/run/initctl", "/sbin/shutdown"]);
  await power("restart", old.host);
  t.strictSame(old.ran, ["/sbin/shutdown -r now"]);
});

t.test("where it is not possible or not permitted nothing is run, and the sentence says so", async (t) => {
  const container = machine(["/usr/bin/systemctl", "/sbin/shutdown"]);
  t.match(await power("stop", container.host), { ok: false, error: /neither systemd/ });
  const user = machine(SYSTEMD, false);
  t.match(await power("stop", user.host), { ok: false, error: /without the right/ });
  t.strictSame([...container.ran, ...user.ran], []);
});

t.test("what the program says is passed on", async (t) => {
  const { host } = machine(SYSTEMD, true, "Access denied");
  t.match(await power("restart", host), { ok: false, error: "Access denied" });
});
