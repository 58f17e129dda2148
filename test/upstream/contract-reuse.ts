import { until } from "#test/support/until.ts";
import type { ContractCase } from "./exchange-contract.ts";
import { type RequestWords, requestOf, start } from "./exchange-recorder.ts";
import type { Subject } from "./exchange-subject.ts";

const LIMIT_MS = 10_000;

async function fetchOnce(subject: Subject, path: string, words: RequestWords = {}) {
  const { exchange, seen } = start(subject.fetch, requestOf(subject.target, path, words));
  if (words.framing !== undefined) exchange.end(null);
  await seen.finished();
  return seen;
}

const connectionsOf = (subject: Subject): readonly number[] =>
  subject.origin.requests.map(({ connection }) => connection);

const oneConnection: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  for (let at = 0; at < 5; at += 1) t.equal((await fetchOnce(subject, "/hello")).body, "hello");
  t.strictSame(connectionsOf(subject), [1, 1, 1, 1, 1]);
  t.equal(subject.origin.connections, 1);
};

/** After each of these the next request must come on a connection of its own. */
const DOUBTFUL: Readonly<Record<string, string>> = {
  "says close": "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
  "is of HTTP/1.0": "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
  "is followed by bytes": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more",
  "is followed by an answer":
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad",
};

const doubtful =
  (raw: string): ContractCase =>
  async (t, newSubject) => {
    await using subject = await newSubject();
    subject.origin.on("/doubt", raw);
    t.equal((await fetchOnce(subject, "/doubt")).body, "hi");
    t.equal((await fetchOnce(subject, "/hello")).body, "hello");
    t.strictSame(connectionsOf(subject), [1, 2]);
    await until(() => (subject.origin.openConnections === 1 ? true : undefined), LIMIT_MS);
  };

const lateBytes: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  subject.origin.on("/", async (call) => {
    await call.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    await new Promise((resolve) => setTimeout(resolve, 50));
    await call.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad");
    await call.closed;
  });
  await fetchOnce(subject, "/");
  await until(() => (subject.origin.openConnections === 0 ? true : undefined), LIMIT_MS);
  t.equal((await fetchOnce(subject, "/hello")).body, "hello");
  t.strictSame(connectionsOf(subject), [1, 2]);
};

const idleClosed: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  subject.origin.on("/", async (call) => {
    await call.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    call.end();
  });
  await fetchOnce(subject, "/");
  await until(() => (subject.origin.openConnections === 0 ? true : undefined), LIMIT_MS);
  t.equal((await fetchOnce(subject, "/hello")).body, "hello");
};

/** The origin closes a connection when the second request comes on it, as one does that was about to. */
function closesSecondRequest(subject: Subject): void {
  const seen = new Set<number>();
  subject.origin.on("/", async (call) => {
    const again = seen.has(call.request.connection);
    seen.add(call.request.connection);
    if (again) call.reset();
    else await call.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
}

const retried: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  closesSecondRequest(subject);
  t.equal((await fetchOnce(subject, "/")).body, "ok");
  t.equal((await fetchOnce(subject, "/")).body, "ok", "sent again on another connection");
  t.strictSame(connectionsOf(subject), [1, 1, 2]);
};

const notRetried: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  closesSecondRequest(subject);
  await fetchOnce(subject, "/", { method: "POST", framing: { kind: "length", bytes: 0 } });
  const second = await fetchOnce(subject, "/", { method: "POST", framing: { kind: "length", bytes: 0 } });
  t.equal(second.reason, "origin-closed");
  t.strictSame(connectionsOf(subject), [1, 1], "POST is never sent twice");
};

const notRetriedAfterBytes: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  const seen = new Set<number>();
  subject.origin.on("/", async (call) => {
    const again = seen.has(call.request.connection);
    seen.add(call.request.connection);
    await call.write(again ? "HTTP/1.1 200" : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    if (again) call.end();
  });
  await fetchOnce(subject, "/");
  const second = await fetchOnce(subject, "/");
  t.equal(second.reason, "origin-closed");
  t.strictSame(connectionsOf(subject), [1, 1]);
};

const notRetriedFresh: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  subject.origin.on("/", (call) => call.end());
  const seen = await fetchOnce(subject, "/");
  t.equal(seen.reason, "origin-closed");
  t.equal(subject.origin.requests.length, 1);
};

const retriedOnce: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  t.equal((await fetchOnce(subject, "/hello")).body, "hello");
  subject.origin.on("/dead", (call) => call.reset());
  const seen = await fetchOnce(subject, "/dead");
  t.equal(seen.reason, "origin-closed");
  t.equal(subject.origin.requests.length, 3, "one retry and no more");
};

const idleTimeout: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject({ idleTimeoutMs: 200 });
  await fetchOnce(subject, "/hello");
  t.equal(subject.origin.openConnections, 1);
  await until(() => (subject.origin.openConnections === 0 ? true : undefined), LIMIT_MS);
};

const waiters: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject({ connectionsPerOriginMax: 2, waitersPerOriginMax: 3 });
  const gate = Promise.withResolvers<void>();
  subject.origin.on("/", async (call) => {
    await gate.promise;
    await call.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const all = Array.from({ length: 6 }, () => start(subject.fetch, requestOf(subject.target, "/")).seen);
  await all[5]?.finished();
  t.equal(all[5]?.reason, "too-many-upstream-waiters", "the one too many");
  gate.resolve();
  for (const seen of all.slice(0, 5)) t.equal((await seen.finished()).body, "ok");
  t.equal(subject.origin.connections, 2);
};

const waitersAbort: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject({ connectionsPerOriginMax: 1, waitersPerOriginMax: 2 });
  const gate = Promise.withResolvers<void>();
  subject.origin.on("/", async (call) => {
    await gate.promise;
    await call.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const [first, second, third] = Array.from({ length: 3 }, () =>
    start(subject.fetch, requestOf(subject.target, "/")),
  );
  await first?.seen.saw("connection");
  second?.exchange.abort();
  gate.resolve();
  t.equal((await third?.seen.finished())?.body, "ok");
  t.strictSame(second?.seen.events, []);
  t.equal(subject.origin.requests.length, 2);
};

const parallel: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject({ connectionsPerOriginMax: 8, idleConnectionsMax: 3 });
  const all = Array.from(
    { length: 100 },
    () => start(subject.fetch, requestOf(subject.target, "/hello")).seen,
  );
  for (const seen of all) t.equal((await seen.finished()).body, "hello");
  t.ok(subject.origin.connections <= 8 + 8, `${subject.origin.connections} connections`);
};

export const REUSE_CASES: Readonly<Record<string, ContractCase>> = {
  "requests one after another share a connection": oneConnection,
  ...Object.fromEntries(
    Object.entries(DOUBTFUL).map(([name, raw]) => [`never reused: the answer ${name}`, doubtful(raw)]),
  ),
  "bytes on an idle connection close it": lateBytes,
  "an idle connection that the origin closes is forgotten": idleClosed,
  "a GET is sent again when its reused connection was dead": retried,
  "a POST is not sent again": notRetried,
  "a GET is not sent again after the first byte of its answer": notRetriedAfterBytes,
  "a GET is not sent again when its connection was new": notRetriedFresh,
  "a GET is sent again only once": retriedOnce,
  "idle connections are closed in time": idleTimeout,
  "requests over the limit wait, and no more than the limit of those": waiters,
  "one who waits may go away": waitersAbort,
  "100 requests at once share few connections": parallel,
};
