/**
 * A program for a host of a test network: watches leases on its eth0, and tells of each address that it takes away.
 *   node lease-watch-host.ts ADDRESS,… ADDRESS,…      two groups
 */
import { LeaseWatch } from "#floating-ip/lease-watch.ts";

const groups = process.argv
  .slice(2)
  .map((words) => words.split(",").map((address) => ({ address, interface: "eth0" })));
const opened = LeaseWatch.open({
  groups,
  onEnd: (address, fault) => void process.send?.({ address, fault }),
});
if (!opened.ok) throw new Error(opened.error);
process.on("disconnect", () => process.exit());
process.send?.({ ready: true });
