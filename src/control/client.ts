/** The caller's end of the control socket: one connection, one request, one answer. */
import { connect } from "node:net";
import { failure, type Outcome, success } from "#base/outcome.ts";
import {
  type ControlAnswers,
  type ControlCommand,
  type ControlRequest,
  parseControlAnswer,
} from "./contract.ts";
import { ANSWER_BYTES_MAX, ANSWER_TIMEOUT_MS, PURGE_TIMEOUT_MS, SOCKET_PATH_BYTES_MAX } from "./limits.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no unit runs with this state",
  ECONNREFUSED: "no unit runs with this state",
  ENOTSOCK: "this is not a control socket",
  EACCES: "not permitted: only the user that runs the unit may use it",
};

/** Sends the request line; the answer line, or why there is none. */
function exchange(path: string, line: string, timeoutMs: number): Promise<Outcome<string, string>> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const parts: string[] = [];
    let chars = 0;
    const finish = (outcome: Outcome<string, string>): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => finish(failure(`no answer within ${timeoutMs / 1_000} s`)), timeoutMs);
    socket.setEncoding("utf8");
    socket.once("connect", () => socket.write(line));
    socket.on("data", (text: string) => {
      const end = text.indexOf("\n");
      parts.push(end < 0 ? text : text.slice(0, end));
      chars += text.length;
      if (end >= 0) finish(success(parts.join("")));
      else if (chars > ANSWER_BYTES_MAX) finish(failure("the answer is too long"));
    });
    socket.on("end", () => finish(failure("the unit closed the connection without an answer")));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      finish(failure(REASONS[error.code ?? ""] ?? error.message)),
    );
  });
}

/**
 * Asks the unit whose control socket is at `socketPath`. The error is the unit's own sentence where it
 * refused, such as the faults of a reload, or says why it could not be asked. `timeoutMs`: for a caller that
 * would rather know nothing than wait.
 */
export async function callControl<C extends ControlCommand>(
  socketPath: string,
  request: ControlRequest<C>,
  timeoutMs: number = request.command === "cache-purge" ? PURGE_TIMEOUT_MS : ANSWER_TIMEOUT_MS,
): Promise<Outcome<ControlAnswers[C], string>> {
  if (Buffer.byteLength(socketPath) > SOCKET_PATH_BYTES_MAX) {
    return failure(
      `the path is longer than the ${SOCKET_PATH_BYTES_MAX} bytes that the system allows for a socket`,
    );
  }
  const line = await exchange(socketPath, `${JSON.stringify(request)}\n`, timeoutMs);
  if (!line.ok) return line;
  const answer = parseControlAnswer(line.value);
  if (answer === null) return failure("the answer cannot be read: is the unit of another version?");
  // Both ends are this program: the shape of a value is the contract's, not checked again.
  return answer.ok ? success(answer.value as ControlAnswers[C]) : answer;
}
