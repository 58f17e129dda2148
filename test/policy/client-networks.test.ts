import t from "tap";
import { clientAddress, compileClientNetworks } from "#policy/client-networks.ts";

t.test("clients of the allowed networks are served, others are not", async (t) => {
  const isAllowed = compileClientNetworks(["127.0.0.0/8", "::1/128", "10.1.0.0/16"]);
  for (const address of ["127.0.0.1", "::1", "10.1.255.255", "::ffff:10.1.0.1", "::ffff:7f00:1"])
    t.ok(isAllowed(address), address);
  for (const address of ["10.2.0.0", "::2", "::ffff:10.2.0.1", "", "unknown"])
    t.notOk(isAllowed(address), address);
  t.notOk(compileClientNetworks([])("127.0.0.1"));
});

t.test("a link-local client is known without its zone", async (t) => {
  t.ok(compileClientNetworks(["fe80::/10"])("fe80::1%eth0"));
  t.equal(clientAddress("fe80::1%eth0"), "fe80::1");
});

t.test("a client has one address text", async (t) => {
  t.equal(clientAddress("192.0.2.1"), "192.0.2.1");
  t.equal(clientAddress("::ffff:192.0.2.1"), "192.0.2.1");
  t.equal(clientAddress("2001:DB8::0"), "2001:db8::");
  t.equal(clientAddress("a:strange:text"), "a:strange:text");
});
