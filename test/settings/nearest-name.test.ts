import t from "tap";
import { nearestName } from "#settings/nearest-name.ts";

const NAMES = ["listen", "limits", "headBytesMax", "headFieldsMax", "on"];

t.test("a typing error finds the name that was meant", async (t) => {
  t.equal(nearestName("lisen", NAMES), "listen");
  t.equal(nearestName("Limit", NAMES), "limits");
  t.equal(nearestName("headBytes", NAMES), "headBytesMax");
  t.equal(nearestName("head_fields_max", NAMES), "headFieldsMax");
});

t.test("nothing near is nothing", async (t) => {
  t.equal(nearestName("password", NAMES), null);
  t.equal(nearestName("xy", NAMES), null);
  t.equal(nearestName("l".repeat(65), NAMES), null);
  t.equal(nearestName("listen", []), null);
});
