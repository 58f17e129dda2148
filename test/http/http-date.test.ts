import t from "tap";
import { imfFixdate, parseHttpDate } from "#http/http-date.ts";

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

const NOW_MS = Date.parse("2026-06-01T00:00:00Z");

t.test("the three forms of a date are read, in any case of letters", async (t) => {
  for (const text of [
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    "SUN, 06 nov 1994 08:49:37 gMT",
  ])
    t.equal(parseHttpDate(text, NOW_MS), 784_111_777_000, text);
  t.equal(parseHttpDate("Thursday, 18-Aug-50 02:01:18 GMT", NOW_MS), Date.parse("2050-08-18T02:01:18Z"));
  t.equal(parseHttpDate("Thursday, 18-Aug-77 02:01:18 GMT", NOW_MS), Date.parse("1977-08-18T02:01:18Z"));
  t.equal(parseHttpDate("Mon, 01 Jan 0001 00:00:00 GMT", NOW_MS), Date.parse("0001-01-01T00:00:00Z"));
  t.equal(parseHttpDate("Sat, 31 Dec 2016 23:59:60 GMT", NOW_MS), Date.parse("2016-12-31T23:59:59Z"));
});

t.test("anything else is no date", async (t) => {
  for (const text of [
    "",
    "0",
    "foo",
    "Thu, 18 Aug 2050 02:01:18 UTC",
    "Thu, 18 Aug 2050 02:01:18 AEST",
    "Thu, 18 Aug 50 02:01:18 GMT",
    "Thu 18 Aug 2050 02:01:18 GMT",
    "Thu, 18  Aug  2050 02:01:18 GMT",
    "Thu, 18-Aug-2050 02:01:18 GMT",
    "Thu, 18 Aug 2050 02.01.18 GMT",
    "Thu, 18 Aug 2050 2:01:18 GMT",
    "Wed, 30 Feb 2050 02:01:18 GMT",
    "Thu, 18 Foo 2050 02:01:18 GMT",
    "Thu, 18 Aug 2050 24:01:18 GMT",
    "Thu, 18 Aug 2050 02:61:18 GMT",
    "2050-08-18T02:01:18Z",
  ])
    t.equal(parseHttpDate(text, NOW_MS), null, text);
});
