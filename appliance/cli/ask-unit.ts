/** A question to the running unit over its control socket. */
import type { CommandArgs, CommandIo } from "./command.ts";
import { socketPathOf } from "./state-folder.ts";

/** The unit's answer; null, with the reason on `err`, where there is none. */
export async function askUnit(
  command: "status" | "reload" | "drain",
  args: CommandArgs,
  io: CommandIo,
): Promise<unknown> {
  const { callControl } = await import("#control/client.ts");
  const path = await socketPathOf(args, io);
  const answer = await callControl(path, { command });
  if (answer.ok) return answer.value;
  io.err(`futago: no answer from the unit at ${path}: ${answer.error}`);
  return null;
}
