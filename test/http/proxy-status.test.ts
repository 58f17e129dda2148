import t from "tap";
import { CLOSE_REASON_CODES } from "#http/close-reason.ts";
import { proxyStatusValue } from "#http/proxy-status.ts";
import { parseList } from "#http/structured-field-parser.ts";

t.test("the value names the unit, the error and what is known of the next hop", async (t) => {
  t.equal(proxyStatusValue({ unit: "futago", reason: "dns-timeout" }), "futago;error=dns_timeout");
  t.equal(
    proxyStatusValue({
      unit: "futago",
      reason: "origin-closed",
      nextHop: "192.0.2.1:80",
      receivedStatus: 200,
      detail: 'cut after "3" bytes',
    }),
    'futago;error=connection_terminated;next-hop="192.0.2.1:80";received-status=200;details="cut after \\"3\\" bytes"',
  );
});

t.test("a reason without an error type has none", async (t) => {
  t.equal(proxyStatusValue({ unit: "futago", reason: "not-found" }), "futago");
});

t.test("a name that is no token is a string", async (t) => {
  t.equal(proxyStatusValue({ unit: "1st.unit", reason: "not-found" }), '"1st.unit"');
});

t.test("what the format cannot carry is replaced or left out", async (t) => {
  const value = proxyStatusValue({
    unit: "futago",
    reason: "connect-failed",
    nextHop: "双子.example",
    detail: " evil\r\nSet-Cookie: a=b 双子 ",
  });
  t.equal(value, 'futago;error=destination_ip_unroutable;details="evil?Set-Cookie: a=b ?"');
  t.notMatch(proxyStatusValue({ unit: "futago", reason: "connect-failed", detail: "\u0000" }), "\u0000");
  t.ok(proxyStatusValue({ unit: "f", reason: "connect-failed", detail: "x".repeat(10_000) }).length < 300);
});

t.test("the value of every reason is a structured field", async (t) => {
  for (const reason of CLOSE_REASON_CODES) {
    const parsed = parseList(proxyStatusValue({ unit: "a.b-1", reason, nextHop: "h", detail: 'd\\"' }));
    t.match(parsed, { ok: true, value: [{ value: { value: "a.b-1" } }] }, reason);
  }
});
