/** A line of the access log as decisions in words, for what can become of a request. */
import t from "tap";
import { explained } from "#console/server/past-request.ts";
import { stepInJapanese } from "#console/ui/pages/explain/step-text.ts";
import { CLOSE_REASONS } from "#http/close-reason.ts";

const past: Parameters<typeof explained>[0] = {
  wallMs: 0,
  client: "192.0.2.7",
  method: "GET",
  url: "http://example.com/",
  status: 200,
  bytes: 100,
  durationMs: 12,
  result: "TCP_MISS",
  hierarchy: "HIER_DIRECT",
  upstream: "198.51.100.9",
  reason: "complete",
  id: "a-b-c",
  fwd: "uri-miss",
  notStored: "-",
};

const stepsOf = (over: Partial<typeof past>): readonly string[] =>
  explained({ ...past, ...over }).steps.map(({ step, verdict }) => `${step} ${verdict}`);

t.test("a miss, a hit, a parent, a refusal: each its decisions, in their order", async (t) => {
  t.strictSame(stepsOf({}), [
    ...["request note", "client pass", "method pass", "port pass", "cache miss", "parent direct"],
    "answer note",
  ]);
  const hit = { result: "TCP_MEM_HIT", hierarchy: "HIER_NONE", upstream: "-" };
  t.equal(explained({ ...past, ...hit }).outcome, "hit");
  t.ok(stepsOf(hit).includes("cache hit"));
  t.match(explained({ ...past, hierarchy: "HIER_PARENT" }), { outcome: "parent" });
  const denied = { result: "TCP_DENIED", hierarchy: "HIER_NONE", upstream: "-", status: 403, fwd: "-" };
  t.strictSame(stepsOf({ ...denied, reason: "client-not-allowed" }), [
    ...["request note", "client refuse", "answer refuse"],
  ]);
  t.strictSame(stepsOf({ ...denied, reason: "egress-refused" }), [
    ...["request note", "client pass", "method pass", "port pass", "egress refuse", "answer refuse"],
  ]);
  t.equal(explained({ ...past, ...denied, reason: "egress-refused" }).outcome, "refused");
  t.equal(explained({ ...past, reason: "origin-truncated" }).outcome, "fails");
  t.equal(explained({ ...past, ...hit, result: "TCP_LOCAL", fwd: "-" }).outcome, "local");
});

t.test("every step of every end has a sentence in Japanese", async (t) => {
  for (const reason of Object.keys(CLOSE_REASONS))
    for (const hierarchy of ["HIER_DIRECT", "HIER_PARENT", "HIER_NONE"])
      for (const { step, text, japanese } of explained({ ...past, reason, hierarchy }).steps)
        if (step !== "request") t.not(japanese ?? stepInJapanese(text), null, `${reason} ${step}: ${text}`);
});
