import t from "tap";
import { interleave } from "#resolver/address-order.ts";

t.test("IPv6 comes first and the families alternate", async (t) => {
  t.strictSame(interleave({ v6: ["a", "b"], v4: ["1", "2", "3"] }), ["a", "1", "b", "2", "3"]);
  t.strictSame(interleave({ v6: ["a", "b"], v4: [] }), ["a", "b"]);
  t.strictSame(interleave({ v6: [], v4: ["1"] }), ["1"]);
});
