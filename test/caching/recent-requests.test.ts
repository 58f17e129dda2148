import t from "tap";
import { type LastRequest, lastRequestReason } from "#caching/last-request.ts";
import { RecentRequests } from "#caching/recent-requests.ts";

const last = (over: Partial<LastRequest> = {}): LastRequest => ({
  wallMs: 0,
  method: "GET",
  status: 200,
  result: "TCP_MISS",
  fwd: "uri-miss",
  isBypassed: false,
  notStored: null,
  ...over,
});

const note = (recent: RecentRequests, key: string, of: LastRequest): void => {
  Object.assign(recent.noteAt(key) ?? {}, of);
};

t.test("the last request of a key is told, and the newest keys are remembered", async (t) => {
  const recent = new RecentRequests(4);
  t.equal(recent.find("none"), null);
  note(recent, "a", last({ wallMs: 1 }));
  note(recent, "a", last({ wallMs: 2 }));
  t.equal(recent.find("a")?.wallMs, 2);
  for (let index = 0; index < 100; index += 1) {
    note(recent, `key ${index}`, last({ wallMs: index }));
    note(recent, "often", last({ wallMs: index }));
    t.equal(recent.find("often")?.wallMs, index);
    const held = Array.from({ length: index + 1 }, (_, at) => recent.find(`key ${at}`));
    t.ok(held.slice(-3).every((one, at) => one?.wallMs === Math.max(0, index - 2) + at));
    t.ok(held.filter((one) => one !== null).length <= 8, "no more than twice as many");
  }
  t.equal(recent.find("a"), null);
});

t.test("a key that is too long to be kept is not", async (t) => {
  const recent = new RecentRequests();
  const [long, longest] = ["x".repeat(2_048), "x".repeat(2_049)];
  for (const key of [long, longest]) note(recent, key, last());
  t.not(recent.find(long), null);
  t.equal(recent.find(longest), null);
});

t.test("each outcome has its sentence", async (t) => {
  const cases: readonly (readonly [Partial<LastRequest>, string])[] = [
    [{ result: "TCP_MEM_HIT" }, "a hit, from memory"],
    [{ result: "TCP_STALE_HIT" }, "a hit, stale, as the request or the response allowed"],
    [
      { result: "TCP_CF_HIT", fwd: "uri-miss" },
      "a hit: answered along with another request that was fetching the same",
    ],
    [{}, "no hit: nothing was stored for the URL"],
    [{ fwd: "vary-miss" }, "no hit: no stored variant matched the request"],
    [{ result: "TCP_REFRESH_MODIFIED", fwd: "stale" }, "no hit: what was stored was stale or invalidated"],
    [
      { notStored: "no-store" },
      "no hit: nothing was stored for the URL; its answer was not stored: no-store",
    ],
    [{ isBypassed: true }, "no hit: the settings say never"],
    [{ isBypassed: true, fwd: "method" }, "no hit: such a request is not answered from the store"],
  ];
  for (const [over, sentence] of cases) t.equal(lastRequestReason(last(over)), sentence);
});
