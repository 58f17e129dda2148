/** The command line's way to the console's API: over the console's unix socket, as an administrator. */
import { request } from "node:http";
import { join } from "node:path";
import { CONSOLE_SOCKET } from "#appliance/service/state-names.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { API_PREFIX, type EndpointName } from "#console/contract/endpoints.ts";
import { ROUTES } from "#console/contract/routes.ts";
import type { CommandArgs } from "./command.ts";
import { stateFolderOf } from "./state-folder.ts";

/** A bundle of both units takes longest. */
const ANSWER_MS = 60_000;
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

export interface ConsoleQuestion {
  readonly name: EndpointName;
  /** Of the path, by name. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly generation?: string;
}

export const endpointNamed = (name: string): EndpointName | null =>
  ROUTES.find((route) => route.name === name)?.name ?? null;

function pathOf({ name, params = {}, query = {} }: ConsoleQuestion): { method: string; path: string } {
  const route = ROUTES.find((each) => each.name === name);
  const path = (route?.path ?? "").replace(/:([A-Za-z]+)/g, (_, key: string) =>
    encodeURIComponent(params[key] ?? ""),
  );
  const words = new URLSearchParams({ ...query });
  return {
    method: route?.method ?? "GET",
    path: `${API_PREFIX}${path}${words.size > 0 ? `?${words}` : ""}`,
  };
}

/** The answer's bytes; the error says why there is none, or what the console's problem is. */
export function callConsole(args: CommandArgs, question: ConsoleQuestion): Promise<Outcome<Buffer, string>> {
  const { method, path } = pathOf(question);
  const { body, generation } = question;
  const socketPath = join(stateFolderOf(args), CONSOLE_SOCKET);
  const headers = {
    ...(body === undefined
      ? {}
      : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
    ...(generation === undefined ? {} : { "if-match": `"${generation}"` }),
  };
  const options = { socketPath, method, path, headers, signal: AbortSignal.timeout(ANSWER_MS) };
  return new Promise((resolve) => {
    const outgoing = request(options, (response) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      response.on("data", (part: Buffer) => {
        parts.push(part);
        bytes += part.length;
        if (bytes > ANSWER_BYTES_MAX) outgoing.destroy(new Error("the answer is too long"));
      });
      response.once("end", () => {
        const answer = Buffer.concat(parts);
        resolve(response.statusCode === 200 ? success(answer) : failure(problemText(answer.toString())));
      });
      response.once("error", (error) => resolve(failure(error.message)));
    });
    outgoing.once("error", (error: NodeJS.ErrnoException) => resolve(failure(whyNot(error, socketPath))));
    outgoing.end(body);
  });
}

function whyNot({ code, name, message }: NodeJS.ErrnoException, socketPath: string): string {
  if (code === "ENOENT" || code === "ECONNREFUSED") return `no console answers at ${socketPath}`;
  if (code === "EACCES") return "not permitted: only the user that runs the unit may use its console so";
  return name === "AbortError" || name === "TimeoutError"
    ? `no answer within ${ANSWER_MS / 1_000} s`
    : message;
}

function problemText(text: string): string {
  try {
    const { title, detail, faults } = JSON.parse(text) as {
      readonly title?: string;
      readonly detail?: string;
      readonly faults?: readonly {
        readonly path: string;
        readonly found: string;
        readonly expected: string;
      }[];
    };
    const lines = (faults ?? []).map(
      (each) => `${each.path}: found ${each.found}, expected ${each.expected}`,
    );
    return [[title, detail].filter(Boolean).join(": "), ...lines].join("\n");
  } catch {
    return text.slice(0, 500);
  }
}
