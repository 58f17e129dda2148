import type { CloseReason } from "#http/close-reason.ts";
import type { OriginScript } from "#test/support/origin-server.ts";
import type { ContractCase } from "./exchange-contract.ts";
import { requestOf, start } from "./exchange-recorder.ts";

/** Answers that come whole: the raw bytes, whether the origin then closes, and what the handler sees. */
interface WholeAnswer {
  readonly raw: string;
  readonly closes?: true;
  readonly method?: string;
  readonly events: readonly string[];
  readonly body?: string;
}

const WHOLE: Readonly<Record<string, WholeAnswer>> = {
  "a body with a length": {
    raw: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    events: ["connection", "head 200", "body", "end"],
    body: "hello",
  },
  "an empty body": {
    raw: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    events: ["connection", "head 200", "end"],
  },
  "a chunked body": {
    raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n",
    events: ["connection", "head 200", "body", "end"],
    body: "abcdefg",
  },
  "a body until the close": {
    raw: "HTTP/1.1 200 OK\r\n\r\nall of it",
    closes: true,
    events: ["connection", "head 200", "body", "end"],
    body: "all of it",
  },
  "an answer of HTTP/1.0": {
    raw: "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold",
    closes: true,
    events: ["connection", "head 200", "body", "end"],
    body: "old",
  },
  "the answer to HEAD has no body": {
    raw: "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
    method: "HEAD",
    events: ["connection", "head 200", "end"],
  },
  "204 has no body": {
    raw: "HTTP/1.1 204 No Content\r\n\r\n",
    events: ["connection", "head 204", "end"],
  },
  "304 has no body": {
    raw: "HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n",
    events: ["connection", "head 304", "end"],
  },
  "103 comes before the answer": {
    raw: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    events: ["connection", "1xx 103", "head 200", "end"],
  },
};

/** Answers that are no answers: after the raw bytes the origin closes, or resets where it says so. */
const BROKEN: Readonly<
  Record<string, { readonly raw: string; readonly resets?: true; readonly reason: CloseReason }>
> = {
  "a body that is cut short": {
    raw: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhell",
    reason: "origin-truncated",
  },
  "a chunked body that is cut between chunks": {
    raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    reason: "origin-truncated",
  },
  "a chunked body that is cut within its last chunk": {
    raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
    reason: "origin-truncated",
  },
  "a close before the head": { raw: "", reason: "origin-closed" },
  "a close within the head": { raw: "HTTP/1.1 200 OK\r\nContent-Le", reason: "origin-closed" },
  "a reset before the head": { raw: "", resets: true, reason: "origin-closed" },
  "a first line that is no status line": { raw: "SSH-2.0-OpenSSH_9.2\r\n\r\n", reason: "bad-response" },
  "a space before the colon": {
    raw: "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
    reason: "bad-response",
  },
  "two different lengths": {
    raw: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    reason: "bad-response-framing",
  },
  "a length and chunks": {
    raw: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    reason: "bad-response-framing",
  },
  "a coding other than chunked": {
    raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
    reason: "bad-response-framing",
  },
  "a chunk size that is no number": {
    raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n",
    reason: "bad-response",
  },
  "a head over the limit": {
    raw: `HTTP/1.1 200 OK\r\nX: ${"x".repeat(80 * 1024)}\r\nContent-Length: 0\r\n\r\n`,
    reason: "response-head-too-large",
  },
  "more fields than the limit": {
    raw: `HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(101)}Content-Length: 0\r\n\r\n`,
    reason: "response-head-too-large",
  },
  "101 that nobody asked for": {
    raw: "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: odd\r\n\r\n",
    reason: "bad-response",
  },
};

const wholeCase =
  (answer: WholeAnswer): ContractCase =>
  async (t, newSubject) => {
    await using subject = await newSubject();
    const script: OriginScript = async (call) => {
      await call.write(answer.raw);
      if (answer.closes) call.end();
    };
    subject.origin.on("/", script);
    const { seen } = start(subject.fetch, requestOf(subject.target, "/", { method: answer.method ?? "GET" }));
    await seen.finished();
    t.strictSame(seen.events, answer.events);
    t.equal(seen.body, answer.body ?? "");
    t.match(seen.remote, /^127\.0\.0\.1:\d+$/);
  };

const brokenCase =
  (answer: (typeof BROKEN)[string]): ContractCase =>
  async (t, newSubject) => {
    await using subject = await newSubject();
    subject.origin.on("/", async (call) => {
      await call.write(answer.raw);
      if (answer.resets) call.reset();
      else call.end();
    });
    const { seen } = start(subject.fetch, requestOf(subject.target, "/"));
    await seen.finished();
    t.equal(seen.reason, answer.reason, seen.detail);
    t.ok(seen.events.includes("connection"));
  };

const trailers: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  subject.origin.on(
    "/",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Sum: 7\r\n\r\n",
  );
  const { seen } = start(subject.fetch, requestOf(subject.target, "/"));
  await seen.finished();
  t.strictSame(seen.trailers?.pairs(), [["X-Sum", "7"]]);
};

const fieldsAsReceived: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  const raw = "HTTP/1.1 299 Odd But Fine\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-Byte: \xe9\r\n";
  subject.origin.on("/", `${raw}Content-Length: 0\r\n\r\n`);
  const { seen } = start(subject.fetch, requestOf(subject.target, "/"));
  await seen.finished();
  t.equal(seen.head?.reasonPhrase, "Odd But Fine");
  t.strictSame(seen.head?.fields.pairs(), [
    ["Set-Cookie", "a=1"],
    ["set-cookie", "b=2"],
    ["X-Byte", "\xe9"],
    ["Content-Length", "0"],
  ]);
};

const interimLimit: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  const final = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  subject.origin.on("/many", "HTTP/1.1 102 Processing\r\n\r\n".repeat(64) + final);
  subject.origin.on("/too-many", "HTTP/1.1 102 Processing\r\n\r\n".repeat(65) + final);
  const many = start(subject.fetch, requestOf(subject.target, "/many")).seen;
  const tooMany = start(subject.fetch, requestOf(subject.target, "/too-many")).seen;
  await Promise.all([many.finished(), tooMany.finished()]);
  t.equal(many.head?.status, 200);
  t.equal(tooMany.reason, "bad-response");
};

const noAnswerInTime: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject({ responseTimeoutMs: 300 });
  subject.origin.on("/", (call) => call.closed);
  const { seen } = start(subject.fetch, requestOf(subject.target, "/"));
  await seen.finished();
  t.equal(seen.reason, "origin-timeout");
};

const bodyPauses: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject({ bodyTimeoutMs: 300 });
  subject.origin.on("/", async (call) => {
    await call.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhell");
    await call.closed;
  });
  const { seen } = start(subject.fetch, requestOf(subject.target, "/"));
  await seen.finished();
  t.strictSame(seen.events, ["connection", "head 200", "body", "error origin-timeout"]);
};

const titled = <T>(prefix: string, table: Readonly<Record<string, T>>, toCase: (row: T) => ContractCase) =>
  Object.fromEntries(Object.entries(table).map(([name, row]) => [`${prefix}: ${name}`, toCase(row)]));

export const ANSWER_CASES: Readonly<Record<string, ContractCase>> = {
  ...titled("delivered", WHOLE, wholeCase),
  ...titled("refused", BROKEN, brokenCase),
  "trailers are delivered with the end": trailers,
  "fields keep their order, case, repetition and bytes": fieldsAsReceived,
  "64 interim answers are forwarded, one more is a fault": interimLimit,
  "an origin that does not answer is given up": noAnswerInTime,
  "an origin that pauses within the body is given up": bodyPauses,
};
