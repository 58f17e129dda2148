/**
 * Who used the proxy for what: counted from the access log as it grows, in buckets of a minute, an hour and a
 * day. What does not fit a bucket's maps is counted together; what was not read is counted as left out.
 */
import type { AccessStatistics } from "#console/contract/host.ts";
import { type AccessFields, readAccessLine } from "#log/read-access-line.ts";

interface Tally {
  requests: number;
  bytes: number;
}

const KINDS = ["hosts", "clients", "statuses", "methods", "results"] as const;
type Kind = (typeof KINDS)[number];

interface Bucket {
  readonly fromMs: number;
  requests: number;
  bytes: number;
  hits: number;
  readonly tallies: Readonly<Record<Kind, Map<string, Tally>>>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** span → the buckets that it is made of. */
const SPANS = {
  minute: { stepMs: MINUTE, steps: 2, ring: "minutes" },
  hour: { stepMs: MINUTE, steps: 60, ring: "minutes" },
  day: { stepMs: HOUR, steps: 24, ring: "hours" },
  month: { stepMs: DAY, steps: 31, ring: "days" },
} as const;

export type AccessSpan = keyof typeof SPANS;

const RINGS = {
  minutes: { stepMs: MINUTE, steps: 60 },
  hours: { stepMs: HOUR, steps: 24 },
  days: { stepMs: DAY, steps: 31 },
} as const;

/** Names of one kind in one bucket. */
const NAMES_MAX = 400;
const OTHERS = "(other)";
const HITS = /^TCP_(?:MEM_|IMS_|STALE_|CF_)?HIT$|^TCP_REFRESH_(?:UNMODIFIED|FAIL_OLD)$/;

const newBucket = (fromMs: number): Bucket => ({
  fromMs,
  requests: 0,
  bytes: 0,
  hits: 0,
  tallies: {
    hosts: new Map(),
    clients: new Map(),
    statuses: new Map(),
    methods: new Map(),
    results: new Map(),
  },
});

function tally(map: Map<string, Tally>, name: string, amount: Tally): void {
  const key = map.has(name) || map.size < NAMES_MAX ? name : OTHERS;
  const known = map.get(key);
  if (known === undefined) map.set(key, { ...amount });
  else {
    known.requests += amount.requests;
    known.bytes += amount.bytes;
  }
}

/** The host of a target: absolute, or the authority of CONNECT. */
function hostOfTarget(url: string): string {
  const [, authority = url] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url) ?? [];
  return authority.replace(/^.*@/, "").replace(/:\d*$/, "").toLowerCase().slice(0, 255);
}

export class AccessCounts {
  readonly #rings: Readonly<Record<keyof typeof RINGS, Bucket[]>> = { minutes: [], hours: [], days: [] };
  #leftOut = 0;

  add(line: string, wallMs: number): void {
    const fields = readAccessLine(line);
    if (fields === null) this.#leftOut += 1;
    else this.#count(fields, wallMs);
  }

  leaveOut(lines: number): void {
    this.#leftOut += lines;
  }

  read(span: AccessSpan, top: number, wallMs: number): AccessStatistics {
    const { stepMs, steps, ring } = SPANS[span];
    const last = Math.floor(wallMs / stepMs) * stepMs;
    const first = last - (steps - 1) * stepMs;
    const buckets = this.#rings[ring].filter(({ fromMs }) => fromMs >= first && fromMs <= last);
    const sum = (pick: (bucket: Bucket) => number): number =>
      buckets.reduce((total, bucket) => total + pick(bucket), 0);
    const [requests, hits] = [sum((bucket) => bucket.requests), sum((bucket) => bucket.hits)];
    const tops = Object.fromEntries(KINDS.map((kind) => [kind, topOf(buckets, kind, top)])) as Readonly<
      Record<Kind, AccessStatistics["hosts"]>
    >;
    const at = new Map(buckets.map((bucket) => [bucket.fromMs, bucket]));
    return {
      from: new Date(first).toISOString(),
      to: new Date(wallMs).toISOString(),
      requests,
      bytes: sum((bucket) => bucket.bytes),
      hits,
      hitRatio: requests === 0 ? null : hits / requests,
      ...tops,
      buckets: Array.from({ length: steps }, (_, index) => {
        const fromMs = first + index * stepMs;
        const { requests = 0, bytes = 0, hits = 0 } = at.get(fromMs) ?? {};
        return { at: new Date(fromMs).toISOString(), requests, bytes, hits };
      }),
      leftOut: this.#leftOut,
    };
  }

  #count(fields: AccessFields, wallMs: number): void {
    // A line from the future would begin a bucket that nothing ends.
    const at = Math.min(fields.wallMs, wallMs);
    const amount = { requests: 1, bytes: fields.bytes };
    const host = hostOfTarget(fields.url);
    for (const [name, { stepMs, steps }] of Object.entries(RINGS)) {
      const bucket = bucketOf(
        this.#rings[name as keyof typeof RINGS],
        Math.floor(at / stepMs) * stepMs,
        steps,
      );
      if (bucket === null) continue;
      bucket.requests += 1;
      bucket.bytes += fields.bytes;
      if (HITS.test(fields.result)) bucket.hits += 1;
      tally(bucket.tallies.hosts, host, amount);
      tally(bucket.tallies.clients, fields.client, amount);
      tally(bucket.tallies.statuses, String(fields.status), amount);
      tally(bucket.tallies.methods, fields.method, amount);
      tally(bucket.tallies.results, fields.result, amount);
    }
  }
}

/** The bucket that begins there; null when it is older than all that are kept. */
function bucketOf(ring: Bucket[], fromMs: number, steps: number): Bucket | null {
  const last = ring.at(-1);
  if (last === undefined || fromMs > last.fromMs) {
    const bucket = newBucket(fromMs);
    ring.push(bucket);
    if (ring.length > steps) ring.shift();
    return bucket;
  }
  return ring.findLast((bucket) => bucket.fromMs === fromMs) ?? null;
}

function topOf(buckets: readonly Bucket[], kind: Kind, top: number): AccessStatistics["hosts"] {
  const sums = new Map<string, Tally>();
  for (const bucket of buckets)
    for (const [name, amount] of bucket.tallies[kind]) {
      const known = sums.get(name);
      if (known === undefined) sums.set(name, { ...amount });
      else {
        known.requests += amount.requests;
        known.bytes += amount.bytes;
      }
    }
  return [...sums]
    .sort(([, a], [, b]) => b.requests - a.requests || b.bytes - a.bytes)
    .slice(0, top)
    .map(([name, amount]) => ({ name, ...amount }));
}
