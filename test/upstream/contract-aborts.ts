import { until } from "#test/support/until.ts";
import type { ContractCase } from "./exchange-contract.ts";
import { requestOf, start } from "./exchange-recorder.ts";
import type { Subject } from "./exchange-subject.ts";

const LIMIT_MS = 10_000;

/** The origin sends a head and one piece of a long body, and waits to be left. */
function unfinished(subject: Subject): Promise<void> {
  const left = Promise.withResolvers<void>();
  subject.origin.on("/", async (call) => {
    await call.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npiece");
    await call.closed;
    left.resolve();
  });
  return left.promise;
}

const abortAt =
  (event: string): ContractCase =>
  async (t, newSubject) => {
    await using subject = await newSubject();
    const left = unfinished(subject);
    const { exchange, seen } = start(subject.fetch, requestOf(subject.target, "/"));
    seen.onEvent = (at) => {
      if (at !== event) return;
      exchange.abort();
      // Whatever comes after this is a broken contract: the recorder throws.
      seen.over = true;
    };
    await seen.saw(event);
    if (event !== "connection") await left;
    await until(() => (subject.origin.openConnections === 0 ? true : undefined), LIMIT_MS);
    t.equal(seen.events.at(-1), event, "no callback follows");
  };

const abortAtOnce: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  const { exchange, seen } = start(subject.fetch, requestOf(subject.target, "/hello"));
  exchange.abort();
  exchange.abort();
  exchange.resume();
  exchange.end(null);
  const next = start(subject.fetch, requestOf(subject.target, "/hello")).seen;
  t.equal((await next.finished()).body, "hello", "the next is served");
  t.strictSame(seen.events, []);
};

const abortUpload: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  const cut = Promise.withResolvers<number>();
  subject.origin.on("/", async (call) => {
    cut.resolve((await call.body()).length);
  });
  const framing = { kind: "length", bytes: 10 } as const;
  const { exchange, seen } = start(subject.fetch, requestOf(subject.target, "/", { method: "PUT", framing }));
  exchange.write(Buffer.from("half"));
  await until(() => (subject.origin.requests.length === 1 ? true : undefined), LIMIT_MS);
  exchange.abort();
  t.equal(await cut.promise, 4, "the origin sees a request that is cut");
  t.strictSame(seen.events, ["connection"]);
};

const abortHeld: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  const { exchange, seen } = start(subject.fetch, requestOf(subject.target, "/bytes/50000000"));
  seen.holds = true;
  await seen.saw("body");
  exchange.abort();
  exchange.resume();
  await until(() => (subject.origin.openConnections === 0 ? true : undefined), LIMIT_MS);
  t.strictSame(seen.events, ["connection", "head 200", "body"]);
};

const earlyAnswer: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  subject.origin.on("/", async (call) => {
    await call.readBody();
    await call.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
    await call.closed;
  });
  const framing = { kind: "length", bytes: 1_000 } as const;
  const { exchange, seen } = start(subject.fetch, requestOf(subject.target, "/", { method: "PUT", framing }));
  exchange.write(Buffer.from("the beginning"));
  await seen.finished();
  t.strictSame([seen.head?.status, seen.body], [413, "big"]);
  t.equal(exchange.write(Buffer.from("the rest")), true, "what still comes is dropped");
  exchange.end(null);
  await until(() => (subject.origin.openConnections === 0 ? true : undefined), LIMIT_MS);
  const next = start(subject.fetch, requestOf(subject.target, "/hello")).seen;
  t.equal((await next.finished()).body, "hello");
  t.equal(subject.origin.requests[1]?.connection, 2, "the connection was not reused");
};

const refused: ContractCase = async (t, newSubject, { direct }) => {
  await using subject = await newSubject();
  await subject.origin.close();
  const { seen } = start(subject.fetch, requestOf(subject.target, "/"));
  await seen.finished();
  if (direct) t.strictSame(seen.events, ["error connect-refused"]);
  else t.ok(seen.reason === "parent-failed" || seen.head?.status === 502);
};

export const ABORT_CASES: Readonly<Record<string, ContractCase>> = {
  "an abort at once leaves nothing behind": abortAtOnce,
  "an abort within onConnection closes the connection": abortAt("connection"),
  "an abort within onHead closes the connection": abortAt("head 200"),
  "an abort within onBody closes the connection": abortAt("body"),
  "an abort in the middle of an upload cuts the request": abortUpload,
  "an abort while the body is held closes the connection": abortHeld,
  "an answer before the end of the request is delivered": earlyAnswer,
  "a refused connection is told": refused,
};
