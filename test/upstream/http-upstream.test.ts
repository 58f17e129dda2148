import t from "tap";
import { runExchangeContract } from "./exchange-contract.ts";
import { plainSubject } from "./exchange-subject.ts";

runExchangeContract(t, plainSubject("http"), { carriesAll: true, direct: true });
