import t from "tap";
import { endpointUrl } from "#console/ui/api/endpoint-url.ts";

t.test("addresses are relative, with encoded parameters and only the query that is given", async (t) => {
  t.equal(endpointUrl("pair.read"), "api/v1/pair");
  t.equal(endpointUrl("users.remove", { user: "a/b" }), "api/v1/users/a%2Fb");
  t.equal(
    endpointUrl("logs.rows", { log: "access" }, { text: "a b", before: undefined, limit: 10 }),
    "api/v1/logs/access/rows?text=a+b&limit=10",
  );
  t.throws(() => endpointUrl("users.remove"), /needs user/);
});
