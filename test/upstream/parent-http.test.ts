import t from "tap";
import { startTestParent } from "#test/support/test-parent.ts";
import { runExchangeContract } from "./exchange-contract.ts";
import { parentSubject } from "./exchange-subject.ts";

const parent = await startTestParent();
t.teardown(() => parent.close());

runExchangeContract(t, parentSubject("http", { secure: false, port: parent.port }), {
  carriesAll: true,
  direct: false,
});
