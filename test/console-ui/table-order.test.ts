import t from "tap";
import { filterRows, sortRows } from "#console/ui/widgets/table-order.ts";

const rows = [
  { name: "eth10", bytes: 5 },
  { name: "eth2", bytes: null },
  { name: "ＥＴＨ３", bytes: 40 },
];

t.test("numbers in words are sorted as numbers, and nothing comes last either way", async (t) => {
  const names = (sorted: readonly { readonly name: string }[]) => sorted.map(({ name }) => name);
  t.strictSame(names(sortRows(rows.slice(0, 2), ({ name }) => name, false)), ["eth2", "eth10"]);
  t.strictSame(names(sortRows(rows, ({ bytes }) => bytes, false)), ["eth10", "ＥＴＨ３", "eth2"]);
  t.strictSame(names(sortRows(rows, ({ bytes }) => bytes, true)), ["ＥＴＨ３", "eth10", "eth2"]);
});

t.test("words are found in any case and width", async (t) => {
  t.equal(filterRows(rows, "eth3", ({ name }) => [name]).length, 1);
  t.equal(filterRows(rows, " ", ({ name }) => [name]).length, 3);
  t.equal(filterRows(rows, "nothing", ({ name }) => [name]).length, 0);
});
