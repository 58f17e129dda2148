/** Half a minute of `make soak`: the load of the proxy does not make the standby take over. */
import t from "tap";
import { needsRoot } from "#test/support/namespaces.ts";
import { soak } from "./soak.ts";

void t.test("half a minute of proxy load makes no takeover", { skip: needsRoot }, async (t) => {
  const { moves, answered } = await soak(t, 0.5, (line) => t.comment(line), AbortSignal.timeout(120_000));
  t.equal(moves, 0);
  t.ok(answered > 1_000, `${answered} pages`);
});
