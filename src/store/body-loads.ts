/** Brings bodies of entries that are held from their files into memory, a few at once, beside whatever else goes on. */
import { BodyPump, type BodySource } from "./body-source.ts";
import type { Entry } from "./entry.ts";
import type { HotTier } from "./hot-tier.ts";
import { HOT_LOADS_MAX } from "./limits.ts";

export class BodyLoads {
  readonly #hot: HotTier;
  readonly #bodyBytesMax: number;
  readonly #open: (entry: Entry, to: number, pump: BodyPump) => BodySource;
  #running = 0;

  constructor(
    hot: HotTier,
    bodyBytesMax: number,
    open: (entry: Entry, to: number, pump: BodyPump) => BodySource,
  ) {
    this.#hot = hot;
    this.#bodyBytesMax = bodyBytesMax;
    this.#open = open;
  }

  /** Begins, unless the entry is not held, too large, on its way already, or too many are. */
  start(entry: Entry): void {
    if (entry.isLoading || entry.bodyBytes > this.#bodyBytesMax || this.#running >= HOT_LOADS_MAX) return;
    const hot = this.#hot.get(entry.key);
    if (hot === undefined || !hot.entries.includes(entry)) return;
    this.#running += 1;
    entry.isLoading = true;
    const body = Buffer.allocUnsafeSlow(entry.bodyBytes);
    let filled = 0;
    const over = (): void => {
      this.#running -= 1;
      entry.isLoading = false;
    };
    const pump = new BodyPump(0, entry.bodyBytes, {
      onBody: (bytes) => {
        body.set(bytes, filled);
        filled += bytes.length;
        return true;
      },
      onEnd: () => {
        over();
        entry.body = body;
        this.#hot.measure(hot);
      },
      onError: over,
    });
    pump.start(this.#open(entry, entry.bodyBytes, pump));
  }
}
