import t from "tap";
import { startTestParent } from "#test/support/test-parent.ts";
import { runExchangeContract } from "./exchange-contract.ts";
import { parentSubject, serverTls } from "./exchange-subject.ts";

const parent = await startTestParent({ tls: serverTls() });
t.teardown(() => parent.close());

runExchangeContract(t, parentSubject("https", { secure: true, port: parent.port }), {
  carriesAll: true,
  direct: false,
});
