/**
 * A packet or netlink socket that the event loop reads. Node has no handle for either, but its UDP handle
 * takes whatever descriptor has the place of its own (dup2), polls it and reads one message after another.
 */
import { assert } from "#base/assert.ts";
import { close, dup2 } from "./system-calls.ts";

interface UdpHandle {
  readonly fd: number;
  onmessage: (length: number, handle: unknown, bytes: Buffer | undefined) => void;
  bind(address: string, port: number, flags: number): number;
  recvStart(): number;
  close(): void;
}

interface Bindings {
  binding(name: "udp_wrap"): { readonly UDP: new () => UdpHandle };
}

export class WatchedSocket {
  readonly #handle: UdpHandle;
  #isOpen = true;

  /**
   * Takes `fd` over and gives each message to `onMessage`; null stands for an error, such as messages that
   * were lost because nobody read them in time (ENOBUFS) or an interface that went down.
   */
  constructor(fd: number, onMessage: (bytes: Buffer | null) => void) {
    const { UDP } = (process as unknown as Bindings).binding("udp_wrap");
    this.#handle = new UDP();
    const bound = this.#handle.bind("0.0.0.0", 0, 0);
    assert(bound === 0, `a UDP handle for descriptor ${fd}: ${bound}`);
    const placed = dup2(fd, this.#handle.fd);
    close(fd);
    assert(placed >= 0, "the place of a UDP handle is taken");
    this.#handle.onmessage = (length, _handle, bytes) => {
      if (!this.#isOpen) return;
      if (length < 0) onMessage(null);
      else if (bytes !== undefined) onMessage(bytes);
    };
    this.#handle.recvStart();
  }

  /** For writing. */
  get fd(): number {
    return this.#handle.fd;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#handle.close();
  }
}
