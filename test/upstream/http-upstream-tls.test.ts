import t from "tap";
import { runExchangeContract } from "./exchange-contract.ts";
import { plainSubject } from "./exchange-subject.ts";

// What undici cannot carry over https goes by our own client.
runExchangeContract(t, plainSubject("https"), { carriesAll: true, direct: true });
