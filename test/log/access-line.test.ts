import t from "tap";
import { type AccessLogFormat, accessLineFormat, TARGET_CHARS_MAX } from "#log/access-line.ts";
import { sampleRecord } from "#test/support/sample-record.ts";

const TOKYO = (): number => 540;
const FORMATS: readonly AccessLogFormat[] = ["squid", "combined", "json"];

void t.test("squid: the native fields, then the reason and the bytes received", async (t) => {
  const line = accessLineFormat("squid");
  t.equal(
    line(sampleRecord()),
    "1767323045.690     12 192.0.2.7 TCP_MISS/200 4567 GET http://www.example.com/a?b=c - HIER_DIRECT/198.51.100.9 text/html reason=complete in=123\n",
  );
  t.equal(
    line(
      sampleRecord({
        method: "CONNECT",
        target: "www.example.com:443",
        cacheResult: "TCP_TUNNEL",
        upstreamAddress: "2001:db8::1:443",
        contentType: "-",
      }),
    ),
    "1767323045.690     12 192.0.2.7 TCP_TUNNEL/200 4567 CONNECT www.example.com:443 - HIER_DIRECT/2001:db8::1 - reason=complete in=123\n",
  );
  t.match(
    line(
      sampleRecord({
        method: "-",
        target: "-",
        status: 0,
        cacheResult: "NONE",
        hierarchy: "HIER_NONE",
        upstreamAddress: "-",
        reason: "client-idle",
      }),
    ),
    / NONE\/000 4567 - - - HIER_NONE\/- text\/html reason=client-idle /,
  );
});

void t.test("combined: local time with its offset, and what Apache does not have at the end", async (t) => {
  const line = accessLineFormat("combined", TOKYO);
  t.equal(
    line(sampleRecord()),
    '192.0.2.7 - - [02/Jan/2026:12:04:05 +0900] "GET http://www.example.com/a?b=c HTTP/1.1" 200 4567 "-" "curl/8.5.0" TCP_MISS:HIER_DIRECT/198.51.100.9:80 ms=12 in=123 reason=complete\n',
  );
  const west = accessLineFormat("combined", () => -210);
  t.match(west(sampleRecord()), "[01/Jan/2026:23:34:05 -0330]");
  t.match(line(sampleRecord({ startedWallMs: Date.UTC(2026, 0, 2, 3, 4, 6) })), ":12:04:06 +0900]");
  t.match(line(sampleRecord({ method: "-", target: "-", version: "-" })), '"- - -" ');
});

void t.test("json: every value of the record", async (t) => {
  t.strictSame(JSON.parse(accessLineFormat("json")(sampleRecord())), {
    time: "2026-01-02T03:04:05.678Z",
    durationMs: 12,
    client: "192.0.2.7",
    clientPort: 50_123,
    method: "GET",
    target: "http://www.example.com/a?b=c",
    version: "1.1",
    status: 200,
    requestBytes: 123,
    responseBytes: 4_567,
    cacheResult: "TCP_MISS",
    hierarchy: "HIER_DIRECT",
    upstream: "198.51.100.9:80",
    reason: "complete",
    contentType: "text/html; charset=utf-8",
    referer: "-",
    userAgent: "curl/8.5.0",
  });
});

const HOSTILE: readonly string[] = [
  "x\n1767323045.690 0 203.0.113.1 TCP_HIT/200 1 GET http://forged/ - NONE/- - reason=complete in=1",
  "x\r\nx",
  '" 200 1 "-" "forged',
  '\\" 200 1 "forged',
  '\\\\" forged',
  '","status":999,"x":"',
  "\u0000\u0001\u001b[2Jx",
  "a b\tc\u000bd\u0085e\u00a0f",
  "\u2028\u2029",
  "日本語 é\u00ff\ud800",
  "",
  '"',
  "\\",
];

void t.test("no value that a client or an origin sends can forge a line or a field", async (t) => {
  const harmless = sampleRecord({
    method: "GET",
    target: "u",
    contentType: "c",
    referer: "r",
    userAgent: "a",
  });
  for (const format of FORMATS) {
    const line = accessLineFormat(format, TOKYO);
    const fields = (text: string): number =>
      format === "combined" ? (text.match(/"(?:[^"\\]|\\.)*"/g) ?? []).length : text.split(" ").length;
    for (const [index, hostile] of HOSTILE.entries()) {
      for (const key of ["method", "target", "contentType", "referer", "userAgent", "version"] as const) {
        const text = line({ ...harmless, [key]: hostile });
        const what = `${format} ${key} hostile[${index}]`;
        t.match(text, /^[\x20-\x7e]+\n$/, `${what}: one line of visible ASCII`);
        if (format === "json") t.equal(JSON.parse(text)[key], hostile, `${what}: the value comes back`);
        else t.equal(fields(text), fields(line(harmless)), `${what}: as many fields as ever`);
      }
    }
  }
});

void t.test("every byte comes back from json and is visible in the other forms", async (t) => {
  const all = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join("");
  t.equal(JSON.parse(accessLineFormat("json")(sampleRecord({ target: all }))).target, all);
  t.match(accessLineFormat("squid")(sampleRecord({ target: "a b\xe9\n%41" })), " a%20b%E9%0A%41 ");
  t.match(
    accessLineFormat("combined")(sampleRecord({ userAgent: 'a"b\\c\n\xe9' })),
    '"a\\"b\\\\c\\x0A\\xE9"',
  );
});

void t.test("a huge field is cut, an odd number is a number", async (t) => {
  const target = "x".repeat(TARGET_CHARS_MAX + 1);
  for (const format of FORMATS) {
    const line = accessLineFormat(format, TOKYO);
    t.ok(line(sampleRecord({ target, userAgent: target })).length < TARGET_CHARS_MAX + 8_192);
    t.notMatch(line(sampleRecord({ durationMs: -3, startedWallMs: Number.NaN })), /NaN|-3/);
  }
});

void t.test("a line costs microseconds", async (t) => {
  const lines = 20_000;
  for (const format of FORMATS) {
    const line = accessLineFormat(format);
    const record = sampleRecord();
    let chars = 0;
    for (let at = 0; at < lines; at += 1) chars += line(record).length;
    const began = performance.now();
    for (let at = 0; at < lines; at += 1) chars += line(record).length;
    const microseconds = ((performance.now() - began) * 1_000) / lines;
    t.ok(chars > 0);
    // Far above what it costs, because the machine may be busy: this finds a mistake, not a trend.
    t.ok(microseconds < 50, `${format}: ${microseconds.toFixed(2)} µs`);
  }
});
