import t from "tap";
import { compilePorts, parsePortRange } from "#policy/ports.ts";

t.test("a list of ports and ranges holds both ends of each range", async (t) => {
  const holds = compilePorts([80, 443, "1025-65535"]);
  for (const port of [80, 443, 1025, 3128, 65_535]) t.ok(holds(port), String(port));
  for (const port of [0, 1, 79, 81, 1024, 65_536]) t.notOk(holds(port), String(port));
  t.notOk(compilePorts([])(80));
});

t.test("ranges are in order and in bounds", async (t) => {
  t.strictSame(parsePortRange(8080), { first: 8080, last: 8080 });
  t.strictSame(parsePortRange("1-2"), { first: 1, last: 2 });
  for (const entry of [0, 65_536, 1.5, -1, "2-1", "0-5", "1-65536", "80", "", "a-b", "1-2-3"])
    t.equal(parsePortRange(entry), null, String(entry));
});
