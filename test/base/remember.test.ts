import t from "tap";
import { remember } from "#base/remember.ts";

t.test("a repeated question is computed once, and memory is bounded", async (t) => {
  let computed = 0;
  const lengthOf = remember((text: string) => {
    computed += 1;
    return text.length;
  });
  t.equal(lengthOf("abc"), 3);
  t.equal(lengthOf("abc"), 3);
  t.equal(computed, 1);
  for (let index = 0; index < 5_000; index += 1) t.ok(lengthOf(`x${index}`) > 0);
  t.equal(lengthOf("abc"), 3);
  t.equal(computed, 5_002, "what was dropped is computed again");
});

t.test("an answer of undefined is remembered too", async (t) => {
  let computed = 0;
  const nothing = remember((_: string): undefined => {
    computed += 1;
  });
  nothing("a");
  nothing("a");
  t.equal(computed, 1);
});
