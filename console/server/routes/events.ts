/** Live news: one stream for each page that is open. */
import { type EventName, type LogNews, TOPICS } from "#console/contract/events.ts";
import type { Stream } from "#console/server/event-hub.ts";
import type { Call, HandlersOf } from "#console/server/handler.ts";
import { LOG_ROWS_PER_SECOND_MAX } from "#console/server/limits.ts";
import { rowFilter } from "#console/server/log-desk.ts";
import { LogTail } from "#console/server/log-tail.ts";
import { Refusal } from "#console/server/refusal.ts";
import type { Services } from "#console/server/services.ts";

const LOG_NEWS_MS = 1_000;

export function eventRoutes(services: Services): HandlersOf<"events.stream"> {
  return {
    "events.stream": (call) => {
      openStream(services, call);
      return null;
    },
  };
}

function openStream(services: Services, { query, who, reply, request }: Call<"events.stream">): void {
  const known: readonly string[] = TOPICS;
  const asked = query.topics.split(",").filter((topic) => topic !== "");
  const wrong = asked.find((topic) => !known.includes(topic));
  if (wrong !== undefined || asked.length === 0)
    throw new Refusal("bad-request", `topics are some of ${TOPICS.join(", ")}`);
  const topics = new Set(asked as EventName[]);
  if (topics.has("log") && query.log === undefined) throw new Refusal("bad-request", "which log?");
  const parts = new DisposableStack();
  const stream: Stream = {
    owner: who.kind === "person" ? who.session.id : who.kind === "program" ? who.token : who.address,
    // Log rows are filtered for each stream, not told to all.
    topics: new Set([...topics].filter((topic) => topic !== "log")),
    isAlive: () =>
      who.kind === "person"
        ? services.sessions.leftMs(who.session) > 0
        : who.kind === "local" || (who.kind === "program" && services.tokens.isGood(who.token)),
    response: reply.raw,
    onEnd: () => parts.dispose(),
  };
  services.hub.add(stream);
  reply.hijack();
  const fields = Object.fromEntries(
    Object.entries(reply.getHeaders()).filter((field): field is [string, string] => field[1] !== undefined),
  );
  reply.raw.writeHead(200, { ...fields, "content-type": "text/event-stream", "x-accel-buffering": "no" });
  reply.raw.flushHeaders();
  request.raw.socket.setNoDelay(true);
  reply.raw.write("retry: 2000\n\n");
  if (query.log !== undefined && topics.has("log")) parts.use(followLog(services, stream, query.log, query));
}

/** New rows of a log that pass the filter: at most so many a second, and how many were left out. */
function followLog(
  { logs, hub }: Services,
  stream: Stream,
  log: LogNews["log"],
  filter: Parameters<typeof rowFilter>[0],
): Disposable {
  const passes = rowFilter(filter);
  let rows: LogNews["rows"] = [];
  let leftOut = 0;
  const tail = new LogTail(
    () => logs.pathOf(log),
    ({ lines, skippedBytes }) => {
      // Nobody has looked at what was passed over: a line is about so long.
      leftOut += Math.round(skippedBytes / 150);
      for (const line of lines) {
        const row = passes(line, 0);
        if (row === null) continue;
        if (rows.length < LOG_ROWS_PER_SECOND_MAX) rows.push(row);
        else leftOut += 1;
      }
    },
  );
  const timer = setInterval(() => {
    if (rows.length === 0 && leftOut === 0) return;
    hub.tellOne(stream, "log", { log, rows, leftOut });
    rows = [];
    leftOut = 0;
  }, LOG_NEWS_MS);
  timer.unref();
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      tail[Symbol.dispose]();
    },
  };
}
