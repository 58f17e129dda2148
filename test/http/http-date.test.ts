import t from "tap";
import { imfFixdate } from "#http/http-date.ts";

t.test("a time is an IMF-fixdate", async (t) => {
  t.equal(imfFixdate(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
  t.equal(imfFixdate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  t.equal(imfFixdate(Date.parse("2028-02-29T23:59:59Z")), "Tue, 29 Feb 2028 23:59:59 GMT");
});

t.test("fractions of a second are cut, never rounded up", async (t) => {
  t.equal(imfFixdate(999.99), "Thu, 01 Jan 1970 00:00:00 GMT");
  t.equal(imfFixdate(1_000), "Thu, 01 Jan 1970 00:00:01 GMT");
});

t.test("a clock that jumps back gets the earlier time again", async (t) => {
  imfFixdate(5_000);
  t.equal(imfFixdate(1_000), "Thu, 01 Jan 1970 00:00:01 GMT");
  t.equal(imfFixdate(5_500), "Thu, 01 Jan 1970 00:00:05 GMT");
});
