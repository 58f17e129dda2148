/** The server's kinds of refusal and the pages' sentences for them are the same set. */
import t from "tap";
import { Problem } from "#console/contract/problem.ts";
import { TROUBLES, troubleText } from "#console/ui/api/trouble.ts";

t.test("every kind of refusal has a sentence", async (t) => {
  const { kind } = Problem.properties;
  const kinds = (kind as unknown as { readonly enum: readonly string[] }).enum;
  t.strictSame(Object.keys(TROUBLES).sort(), [...kinds, "offline"].sort());
});

t.test("the server's own words follow the sentence", async (t) => {
  const problem = { kind: "conflict", title: "x", status: 409, detail: "the proxy runs" } as const;
  t.equal(troubleText(problem, "en"), "Not possible in the present state. (the proxy runs)");
  t.match(troubleText({ kind: "offline", title: "x", detail: "fetch failed" }, "ja"), /応答がありません。$/);
});
