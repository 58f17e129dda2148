/** The contract of src/transport/wire.ts, held to by every kind of wire. */
import { once } from "node:events";
import t, { type Test } from "tap";
import { wireFromSocket } from "#socket/net-wire.ts";
import { until } from "#test/support/until.ts";
import { makeWire, patterned, Recorder, WIRE_KINDS, type WireAndPeer, type WireKind } from "./wire-kinds.ts";

const LIMIT_MS = 5_000;
const CHUNK = 64 * 1024;

const forEachKind = (
  name: string,
  test: (t: Test, pair: WireAndPeer, kind: WireKind) => Promise<void>,
): void => {
  for (const kind of WIRE_KINDS)
    t.test(`${kind}: ${name}`, async (t) => test(t, await makeWire(t, kind), kind));
};

const untilTrue = (condition: () => boolean): Promise<true> =>
  until(() => condition() || undefined, LIMIT_MS);

/** Everything the peer receives, and how it ended: "end" or an error code. */
function listenTo(pair: WireAndPeer): { chunks: Buffer[]; endings: string[]; text: () => string } {
  const chunks: Buffer[] = [];
  const endings: string[] = [];
  pair.peer.on("data", (bytes: Buffer) => chunks.push(bytes));
  pair.peer.resume();
  pair.peer.on("end", () => endings.push("end"));
  pair.peer.on("error", (error: NodeJS.ErrnoException) => endings.push(error.code ?? "?"));
  return { chunks, endings, text: () => Buffer.concat(chunks).toString("latin1") };
}

/** More than the kernel's buffers of both ends hold. */
const FILLING = patterned(16 * 1024 * 1024);

/** Writes more than the kernel takes while the peer does not read; returns all that was written. */
function fill(pair: WireAndPeer): Buffer {
  for (let at = 0; at < FILLING.length; at += CHUNK) pair.wire.write(FILLING.subarray(at, at + CHUNK));
  return FILLING;
}

forEachKind(
  "held bytes stay as they are until resume, and nothing is lost",
  async (t, { wire, peer, record }) => {
    const sent = patterned(3 * 1024 * 1024);
    let changed = 0;
    record.answer = (bytes) => {
      const copy = Buffer.from(bytes);
      setTimeout(() => {
        if (!bytes.equals(copy)) changed += 1;
        wire.resume();
      }, 1);
      return false;
    };
    peer.end(sent);
    await untilTrue(() => record.count("end") === 1);
    t.equal(changed, 0);
    t.ok(record.received.equals(sent));
    t.ok(record.chunks.length > 10);
  },
);

forEachKind("nothing is read while bytes are held", async (t, { peer, record, wire }) => {
  record.answer = () => false;
  peer.write(patterned(16 * 1024 * 1024));
  await untilTrue(() => record.chunks.length === 1);
  const before = await until(() => {
    const now = wire.bytesRead;
    return new Promise<number | undefined>((done) =>
      setTimeout(() => done(wire.bytesRead === now ? now : undefined), 30),
    );
  }, LIMIT_MS);
  t.equal(record.chunks.length, 1);
  t.ok(before < 1024 * 1024, `${before} bytes taken from the kernel`);
  t.ok(peer.writableLength > 0, "the sender is held back");
});

forEachKind(
  "resume within onData undoes the false that it then returns",
  async (t, { wire, peer, record }) => {
    record.answer = () => {
      wire.resume();
      return false;
    };
    const sent = patterned(1024 * 1024);
    peer.end(sent);
    await untilTrue(() => record.count("end") === 1);
    t.ok(record.received.equals(sent));
  },
);

forEachKind("pause stops reading until resume", async (t, { wire, peer, record }) => {
  wire.pause();
  peer.write("first");
  wire.resume();
  await untilTrue(() => record.received.toString() === "first");
  wire.pause();
  peer.write("second");
  await new Promise((next) => setTimeout(next, 20));
  t.equal(record.received.toString(), "first");
  wire.resume();
  await untilTrue(() => record.received.toString() === "firstsecond");
});

forEachKind("a write that returned false is followed by one onDrain, when all has gone", async (t, pair) => {
  const { wire, peer, record } = pair;
  peer.pause();
  const first = fill(pair);
  t.ok(wire.unsentBytes > 0);
  t.notOk(wire.write(Buffer.from("more")), "still false");
  t.notOk(wire.writeLatin1("and more"));
  await new Promise((next) => setTimeout(next, 20));
  t.ok(wire.unsentBytes > 0);
  t.equal(record.drains, 0, "not while bytes are unsent");
  let unsentAtDrain = -1;
  const countDrain = record.onDrain.bind(record);
  record.onDrain = () => {
    unsentAtDrain = wire.unsentBytes;
    countDrain();
  };
  const got = listenTo(pair);
  const expected = Buffer.concat([first, Buffer.from("moreand more")]);
  await untilTrue(() => Buffer.concat(got.chunks).length === expected.length && record.drains > 0);
  t.ok(Buffer.concat(got.chunks).equals(expected));
  t.equal(record.drains, 1);
  t.equal(unsentAtDrain, 0);
});

forEachKind("what was given back between messages changes no byte", async (t, pair) => {
  const sent: Buffer[] = [];
  for (let round = 0; round < 3; round += 1) {
    for (const bytes of [patterned(300_000, round), patterned(500, round + 7)]) {
      sent.push(bytes);
      pair.peer.write(bytes);
      const total = sent.reduce((sum, piece) => sum + piece.length, 0);
      await untilTrue(() => pair.record.received.length === total);
      pair.wire.settle();
      pair.wire.settle();
    }
  }
  t.ok(pair.record.received.equals(Buffer.concat(sent)));
});

forEachKind("what is posted goes out by itself, and before what is written later", async (t, pair) => {
  const got = listenTo(pair);
  pair.wire.post("alone ");
  await untilTrue(() => got.text() === "alone ");
  pair.wire.post("first ");
  pair.wire.post(Buffer.from("second "));
  pair.wire.write(Buffer.from("third "));
  pair.wire.post("fourth ");
  pair.wire.cork();
  pair.wire.writeLatin1("fifth ");
  pair.wire.uncork();
  pair.wire.post("last");
  pair.wire.end();
  await untilTrue(() => got.endings.length > 0);
  t.equal(got.text(), "alone first second third fourth fifth last");
  t.strictSame(got.endings, ["end"]);
});

forEachKind("what is posted and not gone when a wire is destroyed is dropped", async (t, pair) => {
  const got = listenTo(pair);
  pair.wire.post("never");
  pair.wire.destroy();
  await untilTrue(() => got.endings.length > 0 && pair.record.events.length > 0);
  t.equal(pair.record.events[0], "close null");
});

forEachKind("onDrain comes again after the next false", async (t, pair) => {
  for (let round = 1; round <= 3; round += 1) {
    pair.peer.pause();
    fill(pair);
    pair.peer.resume();
    await untilTrue(() => pair.record.drains === round);
  }
  t.equal(pair.record.drains, 3);
});

forEachKind("a buffer may be reused as soon as write returned true", async (t, pair, kind) => {
  const got = listenTo(pair);
  const buffer = Buffer.alloc(1_000);
  let expected = "";
  let sentAtOnce = 0;
  for (let round = 0; round < 50; round += 1) {
    buffer.fill(97 + (round % 26));
    expected += buffer.toString("latin1");
    if (pair.wire.write(buffer)) sentAtOnce += 1;
    else await untilTrue(() => pair.wire.unsentBytes === 0);
    buffer.fill(0);
  }
  await untilTrue(() => got.text().length === expected.length);
  t.equal(got.text(), expected);
  if (kind !== "tls") t.equal(sentAtOnce, 50);
});

forEachKind("corked writes go out together", async (t, pair) => {
  const got = listenTo(pair);
  pair.wire.cork();
  pair.wire.writeLatin1("head ");
  pair.wire.write(Buffer.from("body "));
  pair.wire.writeLatin1("\xe9nd");
  t.ok(pair.wire.unsentBytes > 0);
  const sent = pair.wire.uncork();
  await untilTrue(() => got.text().length === 13);
  t.equal(got.text(), "head body \xe9nd");
  t.equal(got.chunks.length, 1);
  await untilTrue(() => pair.record.drains === (sent ? 0 : 1));
});

forEachKind("the peer's end leaves our direction open", async (t, pair) => {
  const got = listenTo(pair);
  pair.peer.end("question");
  await untilTrue(() => pair.record.count("end") === 1);
  t.equal(pair.record.received.toString(), "question");
  t.notOk(pair.wire.closed);
  pair.wire.write(Buffer.from("answer"));
  pair.wire.end();
  await untilTrue(() => pair.record.events.length === 2);
  t.strictSame(pair.record.events, ["end", "close null"]);
  t.equal(got.text(), "answer");
  t.strictSame(got.endings, ["end"]);
});

forEachKind("our end leaves the peer's direction open", async (t, pair) => {
  const got = listenTo(pair);
  pair.wire.write(Buffer.from("question"));
  pair.wire.end();
  await untilTrue(() => got.endings.length > 0);
  t.notOk(pair.wire.closed);
  pair.peer.end("answer");
  await untilTrue(() => pair.record.events.length === 2);
  t.strictSame(pair.record.events, ["end", "close null"]);
  t.equal(pair.record.received.toString(), "answer");
});

forEachKind("end sends what is unsent first", async (t, pair) => {
  pair.peer.pause();
  const sent = fill(pair);
  pair.wire.end();
  const got = listenTo(pair);
  await untilTrue(() => got.endings.length > 0);
  t.ok(Buffer.concat(got.chunks).equals(sent));
  t.strictSame(got.endings, ["end"]);
});

forEachKind("reset is seen as a reset", async (t, pair) => {
  const got = listenTo(pair);
  pair.wire.write(Buffer.from("cut"));
  await untilTrue(() => got.text() === "cut");
  pair.wire.reset();
  pair.wire.reset();
  await untilTrue(() => got.endings.length > 0 && pair.record.events.length > 0);
  t.strictSame(got.endings, ["ECONNRESET"]);
  t.strictSame(pair.record.events, ["close null"]);
});

for (const kind of ["accepted", "connected"] as const) {
  t.test(`${kind}: reset with unsent bytes and an end under way is a reset still`, async (t) => {
    const pair = await makeWire(t, kind);
    pair.peer.pause();
    fill(pair);
    pair.wire.end();
    pair.wire.reset();
    const got = listenTo(pair);
    await untilTrue(() => got.endings.length > 0 && pair.record.events.length > 0);
    t.strictSame(got.endings, ["ECONNRESET"]);
  });
}

forEachKind("reset right after end closes", async (t, pair) => {
  pair.wire.end();
  pair.wire.reset();
  await untilTrue(() => pair.record.events.length > 0);
  t.strictSame(pair.record.events, ["close null"]);
});

forEachKind("destroy closes once, and later calls do no harm", async (t, { wire, peer, record }) => {
  peer.write("unread");
  wire.destroy();
  wire.destroy();
  t.ok(wire.closed);
  t.ok(wire.write(Buffer.from("x")), "dropped, and held by nobody");
  t.ok(wire.writeLatin1("x"));
  wire.cork();
  wire.write(Buffer.from("x"));
  t.ok(wire.uncork());
  wire.pause();
  wire.resume();
  wire.end();
  wire.reset();
  t.equal(wire.unsentBytes, 0);
  await untilTrue(() => record.events.length > 0);
  await new Promise((next) => setTimeout(next, 10));
  t.strictSame(record.events, ["close null"]);
  t.strictSame(record.chunks, []);
});

for (const kind of ["accepted", "connected"] as const) {
  t.test(`${kind}: the peer's reset is told with its code, once`, async (t) => {
    const { wire, peer, record } = await makeWire(t, kind);
    wire.write(Buffer.from("x"));
    await once(peer, "readable");
    peer.resetAndDestroy();
    await untilTrue(() => record.events.length > 0);
    t.strictSame(record.events, ["close ECONNRESET"]);
  });
}

forEachKind("addresses and byte counts outlive the connection", async (t, pair) => {
  const got = listenTo(pair);
  const remote = [pair.wire.remoteAddress, pair.wire.remotePort];
  t.strictSame(remote, [pair.peer.localAddress, pair.peer.localPort]);
  pair.wire.write(Buffer.from("12345"));
  pair.peer.write("123");
  await untilTrue(() => got.text().length === 5 && pair.record.received.length === 3);
  pair.wire.destroy();
  await untilTrue(() => pair.record.events.length > 0);
  t.strictSame([pair.wire.remoteAddress, pair.wire.remotePort], remote);
  t.ok(pair.wire.bytesRead >= 3);
  t.ok(pair.wire.bytesWritten >= 5);
});

forEachKind("the events go to whoever is the handler now", async (t, { wire, peer, record }) => {
  peer.write("one");
  await untilTrue(() => record.received.toString() === "one");
  const next = new Recorder();
  wire.handler = next;
  peer.end("two");
  await untilTrue(() => next.count("end") === 1);
  t.equal(next.received.toString(), "two");
  t.strictSame(record.events, []);
});

t.test("a socket of another library becomes a wire", async (t) => {
  const { peer, wire: other, record: otherRecord } = await makeWire(t, "accepted");
  const wire = wireFromSocket(peer);
  const record = new Recorder();
  wire.handler = record;
  other.write(Buffer.from("hello"));
  await untilTrue(() => record.received.toString() === "hello");
  wire.write(Buffer.from("world"));
  await untilTrue(() => otherRecord.received.toString() === "world");
  wire.end();
  await untilTrue(() => otherRecord.count("end") === 1);
  t.notOk(wire.closed);
});
