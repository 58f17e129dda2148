import t from "tap";
import { netmaskOf, prefixLengthOf } from "#console/ui/pages/interfaces/netmask.ts";

t.test("masks and prefix lengths say the same", async (t) => {
  t.equal(netmaskOf(24), "255.255.255.0");
  t.equal(netmaskOf(0), "0.0.0.0");
  t.equal(netmaskOf(32), "255.255.255.255");
  for (let length = 0; length <= 32; length += 1) t.equal(prefixLengthOf(netmaskOf(length)), length);
});

t.test("what is neither is nothing", async (t) => {
  t.equal(prefixLengthOf("/25"), 25);
  t.equal(prefixLengthOf("64"), 64);
  t.equal(prefixLengthOf("255.0.255.0"), null);
  t.equal(prefixLengthOf("129"), null);
  t.equal(prefixLengthOf(""), null);
});
