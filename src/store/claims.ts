/**
 * Which worker fetches which key, in shared memory: a word a claim, the worker in its high byte and a
 * fingerprint of the key below. Claims of one key lie within a few places of each other. It is advice: where
 * all places are taken, or two workers come at the same moment, both may fetch, which costs a fetch.
 */
const PROBES = 8;
const FINGERPRINT = 0xff_ffff;

export class Claims {
  readonly #words: Int32Array;
  readonly #worker: number;

  constructor(words: Int32Array, worker: number) {
    this.#words = words;
    this.#worker = (worker + 1) & 0xff;
  }

  /** False: another claim on the key stands. */
  claim(hash: number): boolean {
    for (;;) {
      let free = -1;
      for (let probe = 0; probe < PROBES; probe += 1) {
        const at = this.#place(hash, probe);
        const word = Atomics.load(this.#words, at);
        if (word !== 0 && (word & FINGERPRINT) === fingerprint(hash)) return false;
        if (word === 0 && free < 0) free = at;
      }
      if (free < 0) return true;
      const mine = (this.#worker << 24) | fingerprint(hash);
      // Lost to another worker: it may be the same key, so look again.
      if (Atomics.compareExchange(this.#words, free, 0, mine) === 0) return true;
    }
  }

  release(hash: number): void {
    const mine = (this.#worker << 24) | fingerprint(hash);
    for (let probe = 0; probe < PROBES; probe += 1) {
      const at = this.#place(hash, probe);
      if (Atomics.compareExchange(this.#words, at, mine, 0) !== mine) continue;
      Atomics.notify(this.#words, at);
      return;
    }
  }

  /** Calls `done` once when nobody claims the key, or after `timeoutMs`; returns what cancels it. */
  whenReleased(hash: number, timeoutMs: number, done: () => void): () => void {
    let isOver = false;
    const finish = (): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      done();
    };
    const timer = setTimeout(finish, timeoutMs);
    const look = (): void => {
      if (isOver) return;
      const claim = this.#find(hash);
      const wait = claim === null ? null : Atomics.waitAsync(this.#words, claim.at, claim.word, timeoutMs);
      if (wait === null) finish();
      else if (wait.async) void wait.value.then(look);
      else setImmediate(look);
    };
    setImmediate(look);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }

  /** Where the key is claimed, by anybody, and with which word: read again, it may be one that nobody will change. */
  #find(hash: number): { readonly at: number; readonly word: number } | null {
    for (let probe = 0; probe < PROBES; probe += 1) {
      const at = this.#place(hash, probe);
      const word = Atomics.load(this.#words, at);
      if (word !== 0 && (word & FINGERPRINT) === fingerprint(hash)) return { at, word };
    }
    return null;
  }

  #place(hash: number, probe: number): number {
    return (hash + probe) % this.#words.length;
  }
}

const fingerprint = (hash: number): number => Math.floor(hash / 0x1_0000) & FINGERPRINT;

/** A worker is dead: what it claimed is free again. */
export function clearClaimsOf(words: Int32Array, worker: number): void {
  const mark = (worker + 1) & 0xff;
  for (let at = 0; at < words.length; at += 1) {
    const word = Atomics.load(words, at);
    if (word !== 0 && word >>> 24 === mark && Atomics.compareExchange(words, at, word, 0) === word) {
      Atomics.notify(words, at);
    }
  }
}
