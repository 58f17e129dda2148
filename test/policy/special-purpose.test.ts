import t from "tap";
import { parseIpAddress } from "#policy/ip-address.ts";
import { formatNetwork } from "#policy/network.ts";
import { specialNetworkOf } from "#policy/special-purpose.ts";

const networkOf = (text: string): string | null => {
  const address = parseIpAddress(text);
  const special = address === null ? null : specialNetworkOf(address);
  return special === null ? null : formatNetwork(special.network);
};

t.test("the most specific row names an address", async (t) => {
  t.equal(networkOf("169.254.169.254"), "169.254.169.254/32");
  t.equal(networkOf("169.254.1.1"), "169.254.0.0/16");
  t.equal(networkOf("255.255.255.255"), "255.255.255.255/32");
  t.equal(networkOf("::1"), "::1/128");
  t.equal(networkOf("::2"), "::/96");
  t.equal(networkOf("2001:2::1"), "2001:2::/48");
});

t.test("all IPv6 outside of 2000::/3 is special, and what lies inside is mostly not", async (t) => {
  const wrong: string[] = [];
  for (let first = 0; first < 0x1_0000; first += 0x100) {
    const text = `${first.toString(16)}:8000::1`;
    if ((networkOf(text) === null) !== (first >= 0x2000 && first < 0x4000)) wrong.push(text);
  }
  t.strictSame(wrong, []);
});
