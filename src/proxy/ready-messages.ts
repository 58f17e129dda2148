/**
 * Popular answers, ready to be sent: head and body in one buffer. The head changes every second (Age), so
 * only a second hit within one second makes it worth while. A small number of them is kept, the newest.
 */
import { COPY_BYTES_MAX, READY_MESSAGES_MAX } from "./limits.ts";

export class ReadyMessage {
  bytes: Buffer | null = null;
  #headText = "";
  #hits = 0;

  /** The message for a head and its body; null while it is not worth while. */
  get(headText: string, body: Buffer): Buffer | null {
    if (headText === this.#headText) {
      if (this.bytes !== null) return this.bytes;
      this.#hits += 1;
      return this.#hits > 1 && body.length <= COPY_BYTES_MAX ? this.#make(headText, body) : null;
    }
    this.#headText = headText;
    this.bytes = null;
    this.#hits = 0;
    return null;
  }

  #make(headText: string, body: Buffer): Buffer {
    // Not from a pool: a message may outlive all others of its slab.
    const bytes = Buffer.allocUnsafeSlow(headText.length + body.length);
    bytes.write(headText, 0, "latin1");
    body.copy(bytes, headText.length);
    this.bytes = bytes;
    remember(this);
    return bytes;
  }
}

const kept: (ReadyMessage | undefined)[] = new Array(READY_MESSAGES_MAX);
let next = 0;

/** Keeps one more in place of the oldest. */
function remember(message: ReadyMessage): void {
  const oldest = kept[next];
  if (oldest !== undefined && oldest !== message) oldest.bytes = null;
  kept[next] = message;
  next = (next + 1) % READY_MESSAGES_MAX;
}
