import type { CloseReason } from "#http/close-reason.ts";
import type { RequestHead } from "#http/message-head.ts";
import { reasonPhrase } from "#http/status.ts";
import { isLoop } from "#http/via.ts";
import { responseHeadText } from "#http1/serialize.ts";
import { hit, join, lookup } from "./cache-steps.ts";
import { type Answer, errorAnswer } from "./error-answer.ts";
import { forwardRequest, forwardsLeft } from "./forward-request.ts";
import { localAnswer } from "./local-answer.ts";
import { STEP, STEP_NAMES, type Step, type StepName, stepName, type Wait } from "./step.ts";
import type { Transaction } from "./transaction.ts";

/**
 * A transaction as a table: what each step does, and which steps may follow it.
 *
 *   receive ─▶ authorize ─┬▶ local ─────────────────────────────────────────────┐
 *      │           │      ├▶ connect ─ wait ─▶ (tunnel)                         │
 *      │           │      └▶ lookup ─┬▶ hit ─ wait ─────────────────────────────┼▶ finish
 *      │           │          │      ├▶ join ─ wait ─▶ deliver, hit or lookup    │
 *      │           │          │      └▶ fetch ─ wait ─▶ deliver ─ wait ──────────┤
 *      └───────────┴──────────┴────────▶ refuse ─────────────────────────────────┘
 *
 * A step that waits is followed by an event: the exchange's head (deliver), the end of the answer
 * (finish), a failure (refuse while no head has been sent), a tunnel. Without a cache, look-up is a miss.
 */
interface Row {
  readonly next: readonly StepName[];
  readonly act: (transaction: Transaction) => Step | Wait;
}

const ROWS: Readonly<Record<StepName, Row>> = {
  receive: { next: ["authorize", "refuse"], act: receive },
  authorize: { next: ["local", "connect", "lookup", "refuse"], act: authorize },
  local: { next: [], act: local },
  connect: { next: [], act: connect },
  lookup: { next: ["hit", "join", "fetch", "refuse"], act: lookup },
  hit: { next: [], act: hit },
  join: { next: [], act: join },
  fetch: { next: [], act: fetchFromOrigin },
  deliver: { next: [], act: deliver },
  refuse: { next: [], act: refuse },
  finish: { next: [], act: finish },
};

/** The same by the numbers of the steps. */
const ACTS: readonly Row["act"][] = STEP_NAMES.map((name) => ROWS[name].act);
/** A bit for each step that may follow. */
const NEXT: readonly number[] = STEP_NAMES.map((name) =>
  ROWS[name].next.reduce((bits, after) => bits | (1 << STEP[after]), 1 << STEP.wait),
);

/** Takes one step; what follows is in the table, or it throws. */
export function takeStep(step: Step, transaction: Transaction): Step | Wait {
  const act = ACTS[step] as Row["act"];
  const next = act(transaction);
  if ((((NEXT[step] as number) >> next) & 1) === 0)
    throw new Error(`invariant broken: illegal step ${stepName(step)} → ${stepName(next as Step)}`);
  return next;
}

const headOf = (transaction: Transaction): RequestHead => transaction.head as RequestHead;

function because(transaction: Transaction, reason: CloseReason): typeof STEP.refuse {
  transaction.reason = reason;
  return STEP.refuse;
}

/** What the request itself already decides: its size, its expectations, whether we have seen it before. */
function receive(transaction: Transaction): Step {
  const { fields, framing } = headOf(transaction);
  const { requestBodyBytesMax } = transaction.generation.settings.limits;
  if (framing.kind === "length" && requestBodyBytesMax > 0 && framing.bytes > requestBodyBytesMax) {
    return because(transaction, "body-too-large");
  }
  const expectation = fields.combined("expect");
  if (expectation !== undefined && expectation.toLowerCase() !== "100-continue") {
    return because(transaction, "expectation-failed");
  }
  if (isLoop(fields, transaction.generation.pseudonym)) return because(transaction, "loop-detected");
  return STEP.authorize;
}

/** What the settings allow: the client's network, the method, the port. */
function authorize(transaction: Transaction): Step {
  const { generation, connection } = transaction;
  const { target, method } = headOf(transaction);
  if (!generation.clientAllowed(connection.wire.remoteAddress)) {
    transaction.mustClose = true;
    return because(transaction, "client-not-allowed");
  }
  if (target.form === "origin" || target.form === "asterisk") return STEP.local;
  if (!generation.methodAllowed(method)) return because(transaction, "method-not-allowed");
  if (target.form === "authority") {
    return generation.connectPortAllowed(target.authority.port)
      ? STEP.connect
      : because(transaction, "port-not-allowed");
  }
  if (!generation.requestPortAllowed(target.authority.port)) return because(transaction, "port-not-allowed");
  return forwardsLeft(headOf(transaction)) === 0 ? STEP.local : STEP.lookup;
}

/** The request is for this unit itself. */
function local(transaction: Transaction): Wait {
  const head = headOf(transaction);
  const { context } = transaction.connection;
  const answer = localAnswer({
    path: head.target.form === "origin" ? head.target.path : "*",
    method: head.method,
    unit: transaction.generation.settings.unit.name,
    softwareVersion: context.version,
    state: context.draining() ? "draining" : "running",
    wallMs: context.clock.wallMs(),
    uptimeMs: context.clock.wallMs() - context.startedWallMs,
    counters: context.unitCounters(),
    acceptLanguage: head.fields.get("accept-language"),
    accept: head.fields.get("accept"),
  });
  if (answer.kind === "answer") sendOwnAnswer(transaction, answer);
  else {
    transaction.allowMethods = answer.allowMethods;
    because(transaction, answer.reason);
    refuse(transaction);
  }
  return STEP.wait;
}

function connect(transaction: Transaction): Wait {
  const { target } = headOf(transaction);
  if (target.form !== "authority") throw new Error(`invariant broken: CONNECT in ${target.form}-form`);
  transaction.cancelTunnel = transaction.generation.openTunnel(target.authority, (outcome) => {
    transaction.cancelTunnel = null;
    if (outcome.ok) transaction.onTunnel(outcome.value);
    else transaction.fail(outcome.error.reason, outcome.error.detail);
  });
  return STEP.wait;
}

function fetchFromOrigin(transaction: Transaction): Wait {
  const { generation, connection } = transaction;
  const head = headOf(transaction);
  if (head.target.form !== "absolute") throw new Error(`invariant broken: fetch in ${head.target.form}-form`);
  const request = forwardRequest(head, head.target, {
    settings: generation.settings,
    pseudonym: generation.pseudonym,
    clientAddress: connection.wire.remoteAddress,
  });
  const { caching } = transaction;
  const { cache } = connection.context;
  transaction.exchange =
    cache === null || caching === null || caching.isBypassed || head.method === "HEAD"
      ? generation.fetch(request, transaction)
      : cache.fetch(transaction, caching, request);
  return STEP.wait;
}

function deliver(transaction: Transaction): Wait {
  if (transaction.response === null) throw new Error("invariant broken: deliver without an answer");
  transaction.connection.context.cache?.observe(transaction, transaction.response);
  transaction.deliver(transaction.response);
  return STEP.wait;
}

/** The answer is an error of our own, with the reason's status. */
function refuse(transaction: Transaction): Wait {
  const { head, generation, connection, reason } = transaction;
  // After a refused CONNECT the client may take what follows for tunnelled bytes (RFC 9931).
  if (head?.method === "CONNECT") transaction.mustClose = true;
  const answer = errorAnswer({
    reason,
    detail: transaction.detail,
    unit: generation.settings.unit.name,
    method: head?.method ?? "",
    target: head?.rawTarget ?? transaction.badRequestLine,
    wallMs: connection.context.clock.wallMs(),
    acceptLanguage: head?.fields.get("accept-language"),
    accept: head?.fields.get("accept"),
    allowMethods: transaction.allowMethods ?? generation.settings.requests.methods,
    nextHop: transaction.upstreamAddress === "-" ? undefined : transaction.upstreamAddress,
    requestId: generation.settings.accessLog.requestIds ? transaction.requestId : undefined,
  });
  if (transaction.cacheStatus !== null)
    answer.fields.addLower("cache-status", "Cache-Status", transaction.cacheStatus);
  sendOwnAnswer(transaction, answer);
  return STEP.wait;
}

function sendOwnAnswer(transaction: Transaction, answer: Answer): void {
  const { head, connection } = transaction;
  // A body that is still to come would be read as the next request.
  const isCut = head === null || !connection.requestComplete;
  transaction.mustClose = transaction.closesAfterAnswer || isCut || !head.keepAlive;
  if (transaction.mustClose) answer.fields.addLower("connection", "Connection", "close");
  transaction.sendAnswer(
    answer.status,
    responseHeadText(answer.status, reasonPhrase(answer.status), answer.fields),
    answer.body,
  );
}

/** The transaction is over: booked, logged, and the connection goes on or closes. */
function finish(transaction: Transaction): Wait {
  transaction.finish();
  return STEP.wait;
}
