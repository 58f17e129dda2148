/** A binary heap of what will happen, in virtual time; what is at the same time happens in the order of planning. */
interface Planned {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

const before = (a: Planned, b: Planned): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

export class EventQueue {
  readonly #heap: Planned[] = [];
  #order = 0;
  /** The virtual time: that of the event that happens now. */
  nowMs = 0;
  happened = 0;

  at(atMs: number, act: () => void): void {
    const heap = this.#heap;
    const planned = { atMs: Math.max(atMs, this.nowMs), order: this.#order, act };
    this.#order += 1;
    let index = heap.length;
    heap.push(planned);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Planned;
      if (!before(planned, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = planned;
  }

  after(delayMs: number, act: () => void): void {
    this.at(this.nowMs + delayMs, act);
  }

  /** Lets everything happen until `endMs`, or until `stop` says so. */
  run(endMs: number, stop: () => boolean): void {
    while (!stop()) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > endMs) return;
      this.#takeFirst();
      this.nowMs = next.atMs;
      this.happened += 1;
      next.act();
    }
  }

  #takeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as Planned;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, heap[child] as Planned)) child += 1;
      if (!before(heap[child] as Planned, last)) break;
      heap[index] = heap[child] as Planned;
      index = child;
    }
    heap[index] = last;
  }
}
