import t from "tap";
import { MetricsServer } from "#control/metrics-server.ts";

const ANY = { address: "127.0.0.1", port: 0 };

async function start(text: () => string): Promise<MetricsServer> {
  const outcome = await MetricsServer.start(ANY, text);
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome.value;
}

void t.test("GET /metrics is answered with the text of the moment, all else is refused", async (t) => {
  let reads = 0;
  await using server = await start(() => `# ${++reads}\n# EOF\n`);
  const base = `http://127.0.0.1:${server.port}`;
  const first = await fetch(`${base}/metrics`);
  t.equal(first.status, 200);
  t.equal(first.headers.get("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
  t.equal(await first.text(), "# 1\n# EOF\n");
  t.equal(await (await fetch(`${base}/metrics?x=1`)).text(), "# 2\n# EOF\n");
  t.equal((await fetch(`${base}/`)).status, 404);
  const post = await fetch(`${base}/metrics`, { method: "POST", body: "x" });
  t.strictSame([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
  t.equal(await (await fetch(`${base}/metrics`, { method: "HEAD" })).text(), "");
});

void t.test("a port that is taken is an error that names the setting", async (t) => {
  await using server = await start(() => "");
  const outcome = await MetricsServer.start({ ...ANY, port: server.port }, () => "");
  t.match(outcome, { ok: false, error: /EADDRINUSE; change metrics\.address or metrics\.port/ });
});
