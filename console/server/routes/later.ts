/** What is in the contract and not built yet. */
import type { HandlersOf } from "#console/server/handler.ts";
import { Refusal } from "#console/server/refusal.ts";

const later = (): never => {
  throw new Refusal("not-permitted-here", "this part is not built yet");
};

type Names =
  | "pair.sync.read"
  | "pair.sync.send"
  | "pair.sync.receive"
  | "pair.sync.offer"
  | "wpad.read"
  | "wpad.evaluate";

export function laterRoutes(): HandlersOf<Names> {
  return {
    "pair.sync.read": later,
    "pair.sync.send": later,
    "pair.sync.receive": later,
    "pair.sync.offer": later,
    "wpad.read": later,
    "wpad.evaluate": later,
  };
}
