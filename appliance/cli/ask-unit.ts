/** A question to the running unit over its control socket. */
import type { ControlAnswers, ControlCommand, ControlRequest } from "#control/contract.ts";
import type { CommandArgs, CommandIo } from "./command.ts";
import { socketPathOf } from "./state-folder.ts";

/** The unit's answer; null, with the reason on `err`, where it gave none or refused. */
export async function askUnit<C extends ControlCommand>(
  request: ControlRequest<C>,
  args: CommandArgs,
  io: CommandIo,
): Promise<ControlAnswers[C] | null> {
  const { callControl } = await import("#control/client.ts");
  const path = await socketPathOf(args);
  const answer = await callControl<C>(path, request);
  if (answer.ok) return answer.value;
  io.err(`futago: ${request.command.replace("-", " ")} at ${path}: ${answer.error}`);
  return null;
}
