/** Slow-header clients, in windows with and without them by turns: a bystander must hardly notice. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Bystander } from "#test/bench/load/bystander.ts";
import type { SlowHeadsData, SlowHeadsReport } from "#test/bench/load/slow-heads.ts";
import { median, quantile } from "#test/bench/stats.ts";
import { type Part, warmUp } from "./part.ts";

const SLOW_CLIENTS = 1_000;
const WINDOWS = 5;
const WINDOW_SECONDS = 8;
const QUICK = { slowClients: 200, windows: 2, windowSeconds: 2 };
const REQUESTS_PER_SECOND = 400;
const SLOWER_MAX = 2;
const OPEN_WITHIN_MS = 30_000;
const SETTLE_MS = 1_000;
/** Some are always between two connections. */
const OPEN_SHARE_MIN = 0.95;

class SlowClients implements AsyncDisposable {
  readonly #worker: Worker;
  report: SlowHeadsReport = { open: 0, cut: 0 };

  constructor(data: SlowHeadsData) {
    this.#worker = new Worker(new URL("../load/slow-heads.ts", import.meta.url), { workerData: data });
    this.#worker.on("message", (report: SlowHeadsReport) => {
      this.report = report;
    });
  }

  /** Brings their number to `count`; false when that many could not be held open. */
  async resize(count: number, signal: AbortSignal): Promise<boolean> {
    this.#worker.postMessage({ count });
    const deadline = performance.now() + OPEN_WITHIN_MS;
    const reached = (): boolean =>
      count === 0 ? this.report.open === 0 : this.report.open >= count * OPEN_SHARE_MIN;
    while (!reached() && performance.now() < deadline) await once(this.#worker, "message", { signal });
    return reached();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

export const slowHeads: Part = {
  name: "slow-heads",
  claim: `1,000 slow-header connections: a bystander's p99 at most ${SLOWER_MAX} times as long`,
  async run(context, signal) {
    const plan = context.quick
      ? QUICK
      : { slowClients: SLOW_CLIENTS, windows: WINDOWS, windowSeconds: WINDOW_SECONDS };
    const endpoint = { port: context.proxyPort, authority: context.origin.authority };
    await warmUp(context, signal);
    await using slow = new SlowClients(endpoint);
    using bystander = new Bystander(endpoint);
    const p99: { without: number[]; with: number[] } = { without: [], with: [] };
    let failures = 0;
    let held = true;
    let openLeast = plan.slowClients;
    for (let window = 1; window <= plan.windows; window += 1) {
      for (const side of ["without", "with"] as const) {
        const reached = await slow.resize(side === "with" ? plan.slowClients : 0, signal);
        held &&= reached;
        await sleep(SETTLE_MS, undefined, { signal });
        const seen = await bystander.run(REQUESTS_PER_SECOND, plan.windowSeconds, signal);
        if (side === "with") openLeast = Math.min(openLeast, slow.report.open);
        failures += seen.failures;
        p99[side].push(quantile(seen.timesMs, 0.99));
        context.say(`window ${window} ${side}: p99 ${p99[side].at(-1)?.toFixed(2)} ms`);
      }
    }
    const [alone, beside] = [median(p99.without), median(p99.with)];
    const ratio = beside / alone;
    return {
      holds: held && failures === 0 && ratio <= SLOWER_MAX,
      text:
        `p99 ${alone.toFixed(2)} ms without, ${beside.toFixed(2)} ms with (× ${ratio.toFixed(2)}); ` +
        `at least ${openLeast} slow connections open, ${slow.report.cut} cut by the proxy; ${failures} failed`,
      figures: { p99WithoutMs: alone, p99WithMs: beside, ratio, openLeast, cut: slow.report.cut, failures },
    };
  },
};
