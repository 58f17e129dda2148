/**
 * A pair on interfaces that this kernel cannot make, in a virtual machine with a kernel that can. Those that it makes
 * itself are tested by test/heartbeat/pair-interfaces.test.ts.
 */
import t from "tap";
import { isMakeable, MADE_INTERFACES } from "#test/support/made-interfaces.ts";
import { needsRoot } from "#test/support/namespaces.ts";
import { DebianGuest, missingForGuest } from "./debian-guest.ts";
import type { GuestReport } from "./guest-cases.ts";

/** Two interfaces take some 80 s, and on a machine with other work twice as long. */
const LIMIT_MS = 240_000;

const PROGRAMS = [
  "appliance/main/heartbeatd.ts",
  "test/support/floating-client.ts",
  "test/support/udp-echo.ts",
  "test/vm/guest-cases.ts",
];

const skip = missingForGuest();
const types = MADE_INTERFACES.filter((made) => needsRoot !== false || !isMakeable(made));
const names = types.map(({ type }) => type);

/** What the guest will say of each type; all that it has said nothing of fail with its end, and say how that was. */
class GuestReports {
  readonly #waiting = new Map(names.map((type) => [type, Promise.withResolvers<GuestReport>()]));

  constructor() {
    for (const { promise } of this.#waiting.values()) promise.catch(() => {});
    this.#read().catch((error: unknown) => {
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  async of(type: GuestReport["type"]): Promise<GuestReport> {
    const waiting = this.#waiting.get(type);
    if (waiting === undefined) throw new Error(`the guest does not run ${type}`);
    return waiting.promise;
  }

  async #read(): Promise<never> {
    const words = ["/run/programs/guest-cases.js", "/dev/ttyS1", ...names];
    const command = [process.execPath, "--no-warnings", ...words].join(" ");
    const guest = await DebianGuest.boot(t, { programs: PROGRAMS, command }, LIMIT_MS);
    for await (const line of guest.lines) {
      const report = JSON.parse(line) as GuestReport;
      this.#waiting.get(report.type)?.resolve(report);
    }
    throw new Error(`the guest has ended:\n${guest.log}`);
  }
}

if (names.length === 0) void t.test("this kernel makes every interface itself", async () => {});
else {
  const reports = skip === false ? new GuestReports() : null;
  for (const name of names)
    void t.test(`floating addresses move on a ${name} interface, in a guest`, { skip }, async (t) => {
      const report = await reports?.of(name);
      for (const { isSo, what } of report?.points ?? []) t.ok(isSo, what);
      t.equal(report?.fault, null);
    });
}
