import t from "tap";
import {
  formatBytes,
  formatCount,
  formatOffset,
  formatShare,
  formatSpan,
  formatTime,
} from "#console/ui/i18n/format.ts";

t.test("sizes have the unit in which they are short", async (t) => {
  t.equal(formatBytes(0), "0 B");
  t.equal(formatBytes(1023), "1023 B");
  t.equal(formatBytes(1024), "1.0 KiB");
  t.equal(formatBytes(1_500_000), "1.4 MiB");
  t.equal(formatBytes(150 * 1024 ** 2), "150 MiB");
  t.equal(formatBytes(5 * 1024 ** 5), "5120 TiB");
});

t.test("counts and shares", async (t) => {
  t.equal(formatCount(1_234_567), "1,234,567");
  t.equal(formatShare(0.5), "50.0 %");
  t.equal(formatShare(null), "–");
});

t.test("spans have at most two units, and milliseconds only below a second", async (t) => {
  t.equal(formatSpan(0, "en"), "0 s");
  t.equal(formatSpan(250, "ja"), "250 ミリ秒");
  t.equal(formatSpan(1_250, "en"), "1 s");
  t.equal(formatSpan(61_000, "ja"), "1 分 1 秒");
  t.equal(formatSpan(3 * 3_600_000 + 12 * 60_000 + 5_000, "en"), "3 h 12 min");
  t.equal(formatSpan(86_400_000, "ja"), "1 日");
  t.equal(formatSpan(Number.POSITIVE_INFINITY, "en"), "–");
});

t.test("times are written as in the manual, with the offset apart", async (t) => {
  const date = new Date(2026, 8, 29, 13, 8, 9);
  t.equal(formatTime(date), "2026/09/29 13:08:09");
  t.match(formatOffset(date), /^UTC[+-]\d\d:\d\d$/);
});
