import { createHash } from "node:crypto";
import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fieldList } from "#test/support/field-list.ts";
import { until } from "#test/support/until.ts";
import type { Exchange } from "#transport/exchange.ts";
import type { ContractCase } from "./exchange-contract.ts";
import { type ExchangeRecorder, requestOf, start } from "./exchange-recorder.ts";

const LIMIT_MS = 20_000;
const MIB = 1024 * 1024;

/** Writes pieces as the contract wants it: no more after a false until the drain. */
async function send(exchange: Exchange, seen: ExchangeRecorder, pieces: Iterable<Buffer>): Promise<number> {
  let falses = 0;
  for (const piece of pieces) {
    const drains = seen.drains;
    if (exchange.write(piece)) continue;
    falses += 1;
    await until(() => (seen.drains > drains || seen.over ? true : undefined), LIMIT_MS);
  }
  return falses;
}

function* numberedPieces(count: number, bytes: number): Generator<Buffer> {
  for (let at = 0; at < count; at += 1) yield Buffer.alloc(bytes, at % 251);
}

const digest = (pieces: Iterable<Buffer>): string => {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
};

const lengthBody: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  const framing = { kind: "length", bytes: 8 } as const;
  const { exchange, seen } = start(
    subject.fetch,
    requestOf(subject.target, "/echo", { method: "POST", framing }),
  );
  exchange.write(Buffer.from("four"));
  exchange.write(Buffer.from("more"));
  exchange.end(null);
  await seen.finished();
  t.equal(seen.body, "fourmore");
  t.match(subject.origin.requests[0]?.headText, /content-length: 8\r\n/i);
  t.notMatch(subject.origin.requests[0]?.headText, /transfer-encoding/i);
};

const emptyBody: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  const framing = { kind: "length", bytes: 0 } as const;
  const { exchange, seen } = start(
    subject.fetch,
    requestOf(subject.target, "/echo", { method: "POST", framing }),
  );
  exchange.end(null);
  await seen.finished();
  t.equal(seen.head?.status, 200);
  t.match(subject.origin.requests[0]?.headText, /content-length: 0\r\n/i);
};

const emptyChunkedBody: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  const framing = { kind: "chunked" } as const;
  const { exchange, seen } = start(
    subject.fetch,
    requestOf(subject.target, "/echo", { method: "POST", framing }),
  );
  exchange.end(null);
  await seen.finished();
  t.strictSame([seen.head?.status, seen.body], [200, ""]);
};

const largeUpload: ContractCase = async (t, newSubject, { direct }) => {
  await using subject = await newSubject();
  const count = direct ? 128 : 32;
  const framing = { kind: "chunked" } as const;
  const { exchange, seen } = start(
    subject.fetch,
    requestOf(subject.target, "/echo", { method: "PUT", framing }),
  );
  const falses = await send(exchange, seen, numberedPieces(count, 64 * 1024));
  exchange.end(null);
  await seen.finished();
  t.equal(seen.bodyBytes, count * 64 * 1024);
  t.equal(digest(seen.pieces), digest(numberedPieces(count, 64 * 1024)), "not a byte is different");
  t.ok(falses > 0, "the sender was held at least once");
};

const stalledUpload: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject({ bodyTimeoutMs: 60_000 });
  const gate = Promise.withResolvers<void>();
  subject.origin.on("/", async (call) => {
    await gate.promise;
    const { length } = await call.body();
    await call.write(`HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Bytes: ${length}\r\n\r\n`);
  });
  const framing = { kind: "chunked" } as const;
  const { exchange, seen } = start(subject.fetch, requestOf(subject.target, "/", { method: "PUT", framing }));
  await seen.saw("connection");
  let accepted = 0;
  const piece = Buffer.alloc(64 * 1024, "x");
  for (let drains = -1; drains !== seen.drains; await turns(50)) {
    drains = seen.drains;
    while (exchange.write(piece) && accepted < 64 * MIB) accepted += piece.length;
  }
  t.ok(accepted < 32 * MIB, `an origin that reads nothing is given ${accepted} bytes`);
  gate.resolve();
  exchange.end(null);
  await seen.finished();
  t.equal(seen.head?.status, 200);
};

/** Lets the event loop turn, with the kernel's part of it. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}

const slowConsumer: ContractCase = async (t, newSubject, { direct }) => {
  await using subject = await newSubject({ bodyTimeoutMs: 300 });
  // Parents of tests share this process, and TLS is dear: less is enough there.
  const bytes = (direct && subject.target.scheme === "http" ? 100 : 24) * MIB;
  let sent = 0;
  subject.origin.on("/", async (call) => {
    await call.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes}\r\n\r\n`);
    const piece = Buffer.alloc(64 * 1024, "y");
    for (; sent < bytes && !call.socket.destroyed; sent += piece.length) {
      if (!call.socket.write(piece)) await Promise.race([once(call.socket, "drain"), call.closed]);
    }
  });
  const { exchange, seen } = start(subject.fetch, requestOf(subject.target, "/"));
  seen.keepsBody = false;
  seen.holds = true;
  await seen.saw("body");
  const pieceOnly = seen.bodyBytes;
  for (let before = -1; before !== sent; await turns(200)) before = sent;
  t.equal(seen.bodyBytes, pieceOnly, "nothing more is delivered while a piece is held");
  t.ok(sent < 20 * MIB, `no more than the kernel's buffers is in flight: ${sent}`);
  // Longer than the body's time limit: waiting for us is not the origin's pause.
  await new Promise((resolve) => setTimeout(resolve, 500));
  t.equal(seen.over, false, "an exchange that we hold does not time out");
  seen.holds = false;
  exchange.resume();
  await seen.finished();
  t.equal(seen.bodyBytes, bytes);
  t.equal(seen.reason, null);
};

const heldEachTime: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  subject.origin.on("/", async (call) => {
    await call.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (let at = 0; at < 200; at += 1) await call.write(`3\r\n${String(at).padStart(3, "0")}\r\n`);
    await call.write("0\r\n\r\n");
    call.end();
  });
  const { exchange, seen } = start(subject.fetch, requestOf(subject.target, "/"));
  seen.holds = true;
  seen.onEvent = (event) => {
    if (event === "body") setImmediate(() => exchange.resume());
  };
  await seen.finished();
  const expected = Array.from({ length: 200 }, (_, at) => String(at).padStart(3, "0")).join("");
  t.equal(seen.body, expected, "every piece once, in order");
  t.equal(seen.events.at(-1), "end");
};

const resumedWithin: ContractCase = async (t, newSubject) => {
  await using subject = await newSubject();
  const { exchange, seen } = start(subject.fetch, requestOf(subject.target, `/bytes/${MIB}`));
  seen.holds = true;
  seen.onEvent = (event) => {
    if (event === "body") exchange.resume();
  };
  await seen.finished();
  t.equal(seen.bodyBytes, MIB);
};

const expectContinue: ContractCase = async (t, newSubject, { carriesAll }) => {
  await using subject = await newSubject();
  const framing = { kind: "length", bytes: 5 } as const;
  const words = {
    method: "POST",
    framing,
    expectContinue: true,
    fields: [["Expect", "100-continue"]],
  } as const;
  const { exchange, seen } = start(subject.fetch, requestOf(subject.target, "/echo", words));
  await seen.saw("1xx 100");
  exchange.write(Buffer.from("hello"));
  exchange.end(null);
  await seen.finished();
  t.equal(seen.body, "hello");
  const expects = subject.origin.requests[0]?.headText.match(/expect: 100-continue\r\n/gi);
  t.equal(expects?.length ?? 0, carriesAll ? 1 : 0);
};

const requestTrailers: ContractCase = async (t, newSubject, { carriesAll }) => {
  await using subject = await newSubject();
  let trailers: readonly string[] = [];
  subject.origin.on("/", async (call) => {
    await call.body();
    trailers = call.trailers;
    await call.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  const framing = { kind: "chunked" } as const;
  const { exchange, seen } = start(
    subject.fetch,
    requestOf(subject.target, "/", { method: "POST", framing }),
  );
  exchange.write(Buffer.from("x"));
  exchange.end(fieldList(["X-Sum: 7"]));
  await seen.finished();
  t.strictSame(trailers, carriesAll ? ["X-Sum: 7"] : []);
};

const upgrade: ContractCase = async (t, newSubject, { carriesAll }) => {
  if (!carriesAll) {
    t.pass("left to our own client");
    return;
  }
  await using subject = await newSubject();
  subject.origin.on("/", async (call) => {
    await call.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nfirst");
    for (let bytes = await call.readRaw(); bytes !== null; bytes = await call.readRaw())
      await call.write(bytes);
    call.end();
  });
  const { seen } = start(subject.fetch, requestOf(subject.target, "/", { upgrade: "echo" }));
  seen.onEvent = (event) => {
    if (event === "upgrade" && seen.wire !== null) seen.wire.handler = handler;
  };
  let echoed = "";
  let ended = false;
  const handler = {
    onData: (bytes: Buffer): boolean => {
      echoed += bytes.toString("latin1");
      return true;
    },
    onEnd: (): void => {
      ended = true;
    },
    onDrain: (): void => {},
    onClose: (): void => {},
  };
  await seen.finished();
  t.match(subject.origin.requests[0]?.headText, /connection: upgrade\r\nupgrade: echo\r\n/i);
  t.equal(seen.head?.status, 101);
  seen.wire?.resume();
  seen.wire?.write(Buffer.from("second"));
  await until(() => (`${seen.first.toString()}${echoed}` === "firstsecond" ? true : undefined), LIMIT_MS);
  seen.wire?.end();
  await until(() => ended || undefined, LIMIT_MS);
};

export const FLOW_CASES: Readonly<Record<string, ContractCase>> = {
  "a request body with a length arrives": lengthBody,
  "a request body of no bytes is announced as such": emptyBody,
  "a chunked request body of no bytes ends": emptyChunkedBody,
  "megabytes arrive as they were sent, under back-pressure": largeUpload,
  "an origin that does not read holds the sender": stalledUpload,
  "a slow consumer holds the origin, and loses nothing": slowConsumer,
  "every single piece may be held": heldEachTime,
  "a piece may be released from within onBody": resumedWithin,
  "Expect: 100-continue is answered before the body": expectContinue,
  "request trailers are sent where they can be": requestTrailers,
  "an upgrade hands over the connection and what came first": upgrade,
};
