import t from "tap";
import { runExchangeContract } from "./exchange-contract.ts";
import { secureSubject } from "./exchange-subject.ts";

runExchangeContract(t, secureSubject, { carriesAll: false, direct: true });
