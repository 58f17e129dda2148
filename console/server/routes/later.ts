/** What is in the contract and not built yet. */
import type { HandlersOf } from "#console/server/handler.ts";
import { Refusal } from "#console/server/refusal.ts";

const later = (): never => {
  throw new Refusal("not-permitted-here", "this part is not built yet");
};

export function laterRoutes(): HandlersOf<"wpad.read" | "wpad.evaluate"> {
  return { "wpad.read": later, "wpad.evaluate": later };
}
