/** What became of a request of the past and why, read from its line in the access log. */
import { lastRequestReason } from "#caching/last-request.ts";
import type { Explanation } from "#console/contract/cache.ts";
import { CLOSE_REASONS, type CloseReason } from "#http/close-reason.ts";
import { requestIdTime } from "#http/request-id.ts";
import { type AccessDetail, readAccessDetail } from "#log/read-access-detail.ts";
import { type AccessFields, readAccessLine } from "#log/read-access-line.ts";
import type { LogDesk } from "./log-desk.ts";
import { Refusal } from "./refusal.ts";

type Step = Explanation["steps"][number];
type Past = AccessFields & AccessDetail;

/** A line is written when the transaction has ended: a tunnel may take hours. Clocks are set, too. */
const BEFORE_MS = 60_000;
/** So often a search of the log goes on where its time limit has stopped it. */
const SEARCHES_MAX = 10;

/** Reasons by the step that has refused for them. */
const REFUSED_AT: Readonly<Partial<Record<CloseReason, Step["step"]>>> = {
  "client-not-allowed": "client",
  "method-not-allowed": "method",
  "port-not-allowed": "port",
  "egress-refused": "egress",
  "dns-not-found": "resolve",
  "dns-failed": "resolve",
  "dns-timeout": "resolve",
  "parent-failed": "parent",
  "not-cached": "cache",
};

/** Finds the line and explains it; a refusal where there is none. */
export async function explainPast(logs: LogDesk, id: string): Promise<Explanation> {
  const line = await findLine(logs, id);
  const [fields, detail] = [readAccessLine(line), readAccessDetail(line)];
  if (fields === null || detail === null) throw new Refusal("not-found", NOT_LOGGED);
  return explained({ ...fields, ...detail });
}

const NOT_LOGGED =
  "the access log has no such request: it may be too old, still run, or accessLog.requestIds was off";

async function findLine(logs: LogDesk, id: string): Promise<string> {
  const since = new Date((requestIdTime(id) ?? 0) - BEFORE_MS).toISOString();
  let before: number | null = null;
  for (let search = 0; search < SEARCHES_MAX; search += 1) {
    const page = await logs.rows("access", { text: id, since }, { before, limit: 1 });
    const [row] = page.rows;
    if (row !== undefined && readAccessDetail(row.line)?.id === id) return row.line;
    if (page.next === null) break;
    before = page.next;
  }
  throw new Refusal("not-found", NOT_LOGGED);
}

const step = (
  name: Step["step"],
  verdict: Step["verdict"],
  text: string,
  japanese: string | null = null,
): Step => ({ step: name, verdict, text, japanese, setting: null });

const isReason = (name: string): name is CloseReason => Object.hasOwn(CLOSE_REASONS, name);

/** A line of the log as the decisions that it stands for. */
export function explained(past: Past): Explanation {
  const reason = isReason(past.reason) ? past.reason : "complete";
  const refusedAt = REFUSED_AT[reason];
  const { url, method, client } = past;
  const steps = [step("request", "note", `${method} ${url}`)];
  const passed: readonly (readonly [Step["step"], string])[] = [
    ["client", `${client} was allowed`],
    ["method", `${method} was allowed`],
    ["port", "the port was allowed"],
  ];
  for (const [name, text] of passed) {
    if (refusedAt === name) return ended(past, [...steps, refusal(name, reason)], reason);
    // What was no request at all was not judged.
    if (past.result !== "NONE" && past.result !== "TCP_LOCAL") steps.push(step(name, "pass", text));
  }
  const cache = cacheStep(past);
  if (cache !== null) steps.push(cache);
  if (refusedAt !== undefined) steps.push(refusal(refusedAt, reason));
  if (past.hierarchy === "HIER_DIRECT")
    steps.push(step("parent", "direct", `it went to the origin at ${past.upstream}`));
  if (past.hierarchy === "HIER_PARENT")
    steps.push(step("parent", "parent", `it went to the parent at ${past.upstream}`));
  return ended(past, steps, reason);
}

const refusal = (name: Step["step"], reason: CloseReason): Step =>
  step(name, "refuse", CLOSE_REASONS[reason].text, CLOSE_REASONS[reason].ja);

function cacheStep({ result, fwd, notStored, method, status, wallMs }: Past): Step | null {
  if (fwd === "-") return null;
  const isHit = /^TCP_(?:HIT|MEM_HIT|IMS_HIT|STALE_HIT|CF_HIT|REFRESH_UNMODIFIED|REFRESH_FAIL_OLD)$/.test(
    result,
  );
  // The log's words are those of the record that the sentence is made from.
  const last = { wallMs, method, status, result, fwd, isBypassed: notStored === "override" } as Parameters<
    typeof lastRequestReason
  >[0];
  const why = lastRequestReason({
    ...last,
    notStored: (notStored === "-" ? null : notStored) as typeof last.notStored,
  });
  return step("cache", isHit ? "hit" : "miss", why);
}

function ended(past: Past, steps: readonly Step[], reason: CloseReason): Explanation {
  const { text, ja, isError } = CLOSE_REASONS[reason];
  const took = `${Math.round(past.durationMs)} ms`;
  const told = past.status === 0 ? "nothing was answered" : `${past.status} was answered`;
  const toldJa = past.status === 0 ? "応答はありません" : `${past.status} を応答しました`;
  return {
    url: past.url,
    outcome: outcomeOf(past, isError),
    steps: [
      ...steps,
      step(
        "answer",
        isError ? "refuse" : "note",
        `${told} after ${took}: ${text}`,
        `${toldJa}（${took}）: ${ja}`,
      ),
    ],
    last: null,
  };
}

function outcomeOf({ result, hierarchy, upstream }: Past, isError: boolean): Explanation["outcome"] {
  if (isError) return upstream === "-" && result === "TCP_DENIED" ? "refused" : "fails";
  if (result === "TCP_LOCAL") return "local";
  if (hierarchy === "HIER_PARENT") return "parent";
  return hierarchy === "HIER_DIRECT" ? "forwarded" : "hit";
}
