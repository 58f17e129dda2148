/** Both ends of the list of connections: what one unit has, and what the other knows of it. */
import t from "tap";
import { formatConnection } from "#connections/connection-key.ts";
import { OwnPages } from "#connections/own-pages.ts";
import { PeerPages } from "#connections/peer-pages.ts";
import type { Report } from "#connections/report.ts";
import { Rng } from "#test/fuzz/rng.ts";

const NONCE = 5;

/** The key of an IPv4 connection that is told from others by a number. */
const keyOf = (number: number): string =>
  String.fromCharCode(12, 56, (number >> 8) & 255, number & 255, 192, 0, 2, 100, 10, number >> 16, 0, 1);

const connections = (from: number, to: number): Set<string> =>
  new Set(Array.from({ length: to - from }, (_, index) => keyOf(from + index)));

class Sender {
  readonly pages = new OwnPages();
  #sequence = 0;
  #count = 0;

  read(keys: ReadonlySet<string>): void {
    this.pages.read(keys);
    this.#count = keys.size;
  }

  due(changes: Partial<Report> = {}): readonly Report[] {
    const due = this.pages.takeDue();
    return (due.length === 0 ? [0] : due).map((page) => {
      this.#sequence += 1;
      return {
        pairId: 1,
        nonce: NONCE,
        sequence: this.#sequence,
        phase: "serving",
        leftMs: 0,
        connections: this.#count,
        pages: this.pages.pages,
        page,
        via: { ipv4: null, ipv6: null },
        keys: this.pages.keysOf(page),
        ...changes,
      };
    });
  }
}

t.test("a key can be read", async (t) => {
  t.equal(formatConnection(keyOf(258)), "10.0.0.1 258 192.0.2.100 3128");
});

t.test("all that changes is told, and only that beside the turn of what may have been lost", async (t) => {
  const sender = new Sender();
  const peer = new PeerPages();
  sender.read(connections(0, 1_000));
  let reports = 0;
  while (sender.pages.hasChanges)
    for (const report of sender.due()) {
      reports += 1;
      t.equal(peer.take(report, NONCE, 0), null);
    }
  t.strictSame(new Set(peer.keys()), connections(0, 1_000));
  t.ok(reports < 20, `${reports} reports for 1,000 connections`);
  sender.read(connections(1, 1_001));
  t.ok(sender.due().length <= 6);
});

t.test("what was lost comes again", async (t) => {
  const sender = new Sender();
  const peer = new PeerPages();
  sender.read(connections(0, 900));
  while (sender.pages.hasChanges) sender.due();
  for (let turn = 0; turn < 10; turn += 1) for (const report of sender.due()) peer.take(report, NONCE, 0);
  t.strictSame(new Set(peer.keys()), connections(0, 900));
});

t.test("whatever is lost, doubled and overtaken, both come to the same list in the end", async (t) => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const rng = new Rng(seed, 1);
    const sender = new Sender();
    const peer = new PeerPages();
    const onTheWay: Report[] = [];
    let [from, to] = [0, 0];
    for (let turn = 0; turn < 60; turn += 1) {
      to += rng.below(300);
      from = Math.min(to, from + rng.below(300));
      sender.read(connections(from, to));
      for (const report of sender.due())
        if (rng.below(10) < 7) onTheWay.push(report, ...(rng.below(5) === 0 ? [report] : []));
      while (onTheWay.length > 20) {
        const [report] = onTheWay.splice(rng.below(onTheWay.length), 1);
        if (report !== undefined) peer.take(report, NONCE, turn);
      }
    }
    for (let turn = 0; turn < 60; turn += 1) for (const report of sender.due()) peer.take(report, NONCE, 100);
    t.strictSame(new Set(peer.keys()), connections(from, to), `seed ${seed}`);
  }
});

t.test(
  "a full table leaves out what it has no room for, counts it, and takes it when there is",
  async (t) => {
    const sender = new Sender();
    const room = 1_024 * 92;
    sender.read(connections(0, room + 7));
    t.equal(sender.pages.pages, 1_024);
    t.equal(sender.pages.unlisted, 7);
    sender.read(connections(7, room + 7));
    t.equal(sender.pages.unlisted, 0);
  },
);

t.test("recordings change nothing", async (t) => {
  const sender = new Sender();
  const peer = new PeerPages();
  sender.read(connections(0, 10));
  const [first] = sender.due();
  sender.read(new Set());
  const [second] = sender.due();
  if (first === undefined || second === undefined) throw new Error("nothing was told");
  t.equal(peer.take(first, null, 0), "other-session", "before the heartbeat has confirmed the session");
  t.equal(peer.take(first, NONCE + 1, 0), "other-session");
  t.equal(peer.take(first, NONCE, 0), null);
  t.equal(peer.take(first, NONCE, 0), "outdated");
  t.equal(peer.take(second, NONCE, 1), null);
  t.strictSame(peer.keys(), []);
  t.equal(peer.take(first, NONCE, 2), "outdated");
  t.strictSame(peer.keys(), []);
  t.equal(peer.heardMs, 1);
});

t.test("a new session begins with nothing", async (t) => {
  const sender = new Sender();
  const peer = new PeerPages();
  sender.read(connections(0, 200));
  for (const report of sender.due()) peer.take(report, NONCE, 0);
  sender.read(connections(0, 3));
  const [report] = sender.due({ nonce: 6, phase: "draining" });
  if (report === undefined) throw new Error("nothing was told");
  t.equal(peer.take(report, 6, 5), null);
  t.strictSame(new Set(peer.keys()), connections(0, 3));
  t.match(peer, { phase: "draining", connections: 3, heardMs: 5 });
});
