import { createHmac } from "node:crypto";
import t from "tap";
import { decodeReport, encodeReport, isReport, type Report } from "#connections/report.ts";
import type { Mac } from "#election/packet.ts";
import { parseIpAddress } from "#policy/ip-address.ts";

const macOf =
  (key: string): Mac =>
  (bytes) =>
    createHmac("sha256", key).update(bytes).digest();
const MAC = macOf("a key of the pair");

const FOUR = "\u000c8\u00c3P\u00c0\u0000\u0002d\u00c0\u0000\u0002\u0005";
const SIX = `\u000c8\u00c3P${"\u0020\u0001\r\u00b8".padEnd(16, "\u0000")}${"\u00fe\u0080".padEnd(16, "\u0001")}`;

const REPORT: Report = {
  pairId: 7,
  nonce: 0xab_cd_ef_01_23_45,
  sequence: 9,
  phase: "draining",
  leftMs: 60_000,
  connections: 2,
  pages: 3,
  page: 1,
  via: { ipv4: parseIpAddress("192.0.2.1"), ipv6: parseIpAddress("fe80::1") },
  keys: [FOUR, SIX],
};

t.test("what is written is read again, with and without a key", async (t) => {
  for (const mac of [MAC, null]) {
    const bytes = encodeReport(REPORT, mac);
    t.ok(isReport(bytes));
    t.strictSame(decodeReport(bytes, 7, mac), { ok: true, value: REPORT });
  }
  for (const phase of ["serving", "draining", "idle"] as const) {
    const empty = { ...REPORT, phase, pages: 0, page: 0, keys: [], via: { ipv4: null, ipv6: null } };
    t.strictSame(decodeReport(encodeReport(empty, MAC), 7, MAC), { ok: true, value: empty });
  }
});

t.test("a heartbeat is no report", async (t) => {
  t.notOk(isReport(Buffer.from("FUTG and more")));
  t.notOk(isReport(Buffer.from("FUT")));
});

t.test("another pair, another key, no key", async (t) => {
  const bytes = encodeReport(REPORT, MAC);
  t.strictSame(decodeReport(bytes, 8, MAC), { ok: false, error: "foreign-pair" });
  t.strictSame(decodeReport(bytes, 7, macOf("another key")), { ok: false, error: "bad-mac" });
  t.strictSame(decodeReport(bytes, 7, null), { ok: false, error: "unexpected-mac" });
  t.strictSame(decodeReport(encodeReport(REPORT, null), 7, MAC), { ok: false, error: "not-authenticated" });
});

t.test("every bit that is changed on the way is noticed", async (t) => {
  const bytes = encodeReport(REPORT, MAC);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (isReport(changed)) t.notOk(decodeReport(changed, 7, MAC).ok, `bit ${bit}`);
  }
});

t.test("whatever the length, what is cut off or too long is refused", async (t) => {
  for (const mac of [MAC, null]) {
    const bytes = encodeReport(REPORT, mac);
    for (let length = 4; length < bytes.length; length += 1)
      t.notOk(decodeReport(bytes.subarray(0, length), 7, mac).ok);
    t.notOk(decodeReport(Buffer.concat([bytes, Buffer.alloc(1)]), 7, mac).ok);
  }
  const long = Buffer.concat([encodeReport(REPORT, null), Buffer.alloc(1_200)]);
  t.strictSame(decodeReport(long, 7, null), { ok: false, error: "bad-length" });
});

t.test("what no unit would say is malformed", async (t) => {
  const malformed = { ok: false, error: "malformed" };
  for (const changes of [
    { nonce: 0 },
    { page: 3 },
    { pages: 1_025 },
    { pages: 0, page: 0 },
    { pages: 0, page: 1, keys: [] },
  ])
    t.strictSame(decodeReport(encodeReport({ ...REPORT, ...changes }, MAC), 7, MAC), malformed);
  for (const flags of [6, 8, 128]) {
    const bytes = encodeReport(REPORT, null);
    bytes[5] = flags;
    t.strictSame(decodeReport(bytes, 7, null), malformed, `flags ${flags}`);
  }
});
