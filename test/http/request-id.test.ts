import t from "tap";
import { REQUEST_SERIAL_MAX, requestId, requestIdTime } from "#http/request-id.ts";

t.test("a request's id tells when it began", async (t) => {
  const startedMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const id = requestId(startedMs + 0.9, 65_535, REQUEST_SERIAL_MAX - 1);
  t.match(id, /^[0-9a-z]+-1ekf-zzzz$/);
  t.equal(requestIdTime(id), startedMs);
  t.equal(requestIdTime(requestId(-5, 1, 0)), 0);
});

t.test("what is no id has no time", async (t) => {
  for (const text of ["", "a", "a-b", "A-b-c", "a-b-c-d", `${"z".repeat(10)}-a-b`])
    t.equal(requestIdTime(text), null, text);
});
