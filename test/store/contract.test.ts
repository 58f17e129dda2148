/** The contract of every store, by the store on disk: the supervisor's view and a worker's. */
import t from "tap";
import { storeContract } from "./contract.ts";
import { openTwo, scratchFolder } from "./scratch-store.ts";

storeContract(t, async (t) => openTwo(scratchFolder(t)));
