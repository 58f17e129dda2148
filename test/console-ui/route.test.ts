import t from "tap";
import { parseRoute, routeTo } from "#console/ui/shell/route.ts";

t.test("a place is the path after the hash, with its query", async (t) => {
  t.equal(parseRoute("").path, "/");
  t.equal(parseRoute("#nonsense").path, "/");
  const { path, query } = parseRoute(routeTo("/system/logs", { log: "unit", text: "a b&c" }));
  t.equal(path, "/system/logs");
  t.equal(query.get("log"), "unit");
  t.equal(query.get("text"), "a b&c");
});
