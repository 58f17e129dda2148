import t from "tap";
import { ParentHealth } from "#upstream/parent-health.ts";

const LIMITS = { failuresToDown: 3, retryAfterMs: 1_000 };

void t.test("failures in a row mark a parent as down", async (t) => {
  const health = new ParentHealth(LIMITS);
  health.failed(0);
  health.failed(0);
  t.equal(health.tryNow(0), true);
  t.equal(health.state, "up");
  health.failed(0);
  t.equal(health.state, "down");
  t.equal(health.failures, 3);
  t.equal(health.tryNow(999), false);
});

void t.test("a success in between begins the count anew", async (t) => {
  const health = new ParentHealth(LIMITS);
  for (const event of ["failed", "failed", "ok", "failed", "failed"]) {
    if (event === "ok") health.succeeded();
    else health.failed(0);
  }
  t.equal(health.state, "up");
});

void t.test("after its time one request is the trial, the others wait for what becomes of it", async (t) => {
  const health = new ParentHealth(LIMITS);
  for (let at = 0; at < 3; at += 1) health.failed(0);
  t.equal(health.tryNow(1_000), true);
  t.equal(health.state, "trial");
  t.equal(health.tryNow(1_000), false);
  health.succeeded();
  t.equal(health.state, "up");
  t.equal(health.tryNow(1_000), true);
});

void t.test("a trial that fails keeps the parent down for another while", async (t) => {
  const health = new ParentHealth(LIMITS);
  for (let at = 0; at < 3; at += 1) health.failed(0);
  t.equal(health.tryNow(1_500), true);
  health.failed(1_600);
  t.equal(health.state, "down");
  t.equal(health.tryNow(2_599), false);
  t.equal(health.tryNow(2_600), true);
});

void t.test("a trial without news makes room for the next", async (t) => {
  const health = new ParentHealth(LIMITS);
  for (let at = 0; at < 3; at += 1) health.failed(0);
  t.equal(health.tryNow(1_000), true);
  t.equal(health.tryNow(1_999), false);
  t.equal(health.tryNow(2_000), true);
});
