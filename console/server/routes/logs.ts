/** Logs and access statistics. */
import type { HandlersOf } from "#console/server/handler.ts";
import type { Services } from "#console/server/services.ts";

type Names = "logs.list" | "logs.rows" | "logs.file" | "access.read";

const ROWS_LIMIT = 200;
const TOP_LIMIT = 20;

export function logRoutes({ logs, access, clock }: Services): HandlersOf<Names> {
  return {
    "logs.list": async () => ({ logs: await logs.list() }),
    "logs.rows": ({ params: { log }, query: { before, limit, ...filter } }) =>
      logs.rows(log, filter, { before: before ?? null, limit: limit ?? ROWS_LIMIT }),
    "logs.file": async ({ params: { log } }) => ({ body: await logs.file(log), fileName: `${log}.log` }),
    "access.read": ({ query: { span, top } }) =>
      access.read(span ?? "hour", top ?? TOP_LIMIT, clock.wallMs()),
  };
}
