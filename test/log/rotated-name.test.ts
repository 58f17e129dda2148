import t from "tap";
import { localDay, namesToRemove, rotatedName } from "#log/rotated-name.ts";

const noon = new Date(2026, 0, 31, 12, 3, 4).getTime();

void t.test("a rotated file is named after the local time of its last line", async (t) => {
  t.equal(localDay(noon), "20260131");
  t.equal(rotatedName("access.log", noon, []), "access.log.20260131-120304");
  const taken = ["access.log.20260131-120304", "access.log.20260131-120304.1"];
  t.equal(rotatedName("access.log", noon, taken), "access.log.20260131-120304.2");
});

void t.test("the newest are kept, and nothing else is touched", async (t) => {
  const names = [
    "access.log",
    "access.log.20260131-120304.10",
    "access.log.20260131-120304",
    "access.log.20260131-120304.9",
    "access.log.20260201-000000",
    "access.log.1",
    "access.log.20260131-120304.gz",
    "access.log.bak",
    "xaccess.log.20200101-000000",
    "other.log.20200101-000000",
  ];
  t.strictSame(namesToRemove("access.log", names, 2), [
    "access.log.20260131-120304",
    "access.log.20260131-120304.9",
  ]);
  t.strictSame(namesToRemove("access.log", names, 9), []);
  t.equal(namesToRemove("access.log", names, 0).length, 4);
});
