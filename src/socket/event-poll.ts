/**
 * Readiness of this thread's descriptors, from an epoll of its own, edge-triggered: a connection is
 * registered once and never again touched (libuv changes its registration with every change of mind).
 *
 * libuv's loop wakes for the epoll as it does for any descriptor. Its only kind of handle that can watch one
 * without wanting to read from it is a UDP socket: reading fails (ENOTSOCK), is reported, and the handle
 * goes on watching. So a UDP handle is made, and the epoll put in its place (dup3). The handle belongs to
 * Node, and goes with the thread.
 *
 * A turn: events are handed out, then what was put off until their end runs. Putting off gathers the writes
 * of many connections (Wire.post) and keeps handlers from being called within calls of their own.
 */
import { assert } from "#base/assert.ts";
import {
  BASE,
  BLOCK,
  close,
  dup3,
  EVENT_AT,
  EVENT_BYTES,
  EVENT_DATA,
  EVENTS_AT,
  EVENTS_MAX,
  epollCreate1,
  epollCtl,
  epollWait,
  WORDS,
} from "./system-calls.ts";

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;

/** The block in words of four bytes. */
const EVENTS_WORD = EVENTS_AT / 4;
const EVENT_WORDS = EVENT_BYTES / 4;
const DATA_WORD = EVENT_DATA / 4;

/** What a watcher is told, and what it asks for (epoll_ctl(2)). */
export const READABLE = 0x1;
export const WRITABLE = 0x4;
export const BROKEN = 0x8;
export const HUNG_UP = 0x10;
export const PEER_ENDED = 0x2000;
const EDGE_TRIGGERED = 0x8000_0000;

export interface Watcher {
  /** Something has changed; `events` is the state now. */
  onReady(events: number): void;
}

/** Something to do after the events of a turn. */
export interface Task {
  run(): void;
}

interface UdpHandle {
  readonly fd: number;
  onmessage: () => void;
  bind(address: string, port: number, flags: number): number;
  bind6(address: string, port: number, flags: number): number;
  recvStart(): number;
  ref(): void;
  unref(): void;
}

interface Bindings {
  binding(name: "udp_wrap"): { readonly UDP: new () => UdpHandle };
}

class EventPoll {
  /** Counts the turns. */
  turn = 0;
  readonly #handle: UdpHandle;
  readonly #fd: number;
  /** By descriptor. */
  readonly #watchers: (Watcher | undefined)[] = [];
  /** Told with each event: one that is older than the descriptor's present use is for nobody. */
  readonly #serials: number[] = [];
  #serial = 0;
  #count = 0;
  #inTurn = false;
  #isScheduled = false;
  #putOff: Task[] = [];
  #forNextTurn: Task[] = [];
  readonly #runLater = (): void => {
    this.#isScheduled = false;
    if (this.#forNextTurn.length > 0) {
      this.#putOff.push(...this.#forNextTurn);
      this.#forNextTurn = [];
    }
    this.#runPutOff();
  };

  constructor() {
    const { UDP } = (process as unknown as Bindings).binding("udp_wrap");
    const epoll = epollCreate1(EPOLL_CLOEXEC);
    this.#handle = new UDP();
    // Bound only to have a descriptor, and to any address: the loopback interface may be down.
    const isBound = this.#handle.bind("0.0.0.0", 0, 0) === 0 || this.#handle.bind6("::", 0, 0) === 0;
    assert(epoll >= 0 && isBound, "an epoll in a handle of Node");
    this.#fd = this.#handle.fd;
    dup3(epoll, this.#fd, EPOLL_CLOEXEC);
    close(epoll);
    this.#handle.onmessage = () => this.#turn();
    this.#handle.recvStart();
    this.#handle.unref();
  }

  /** Watches a connection until `forget`. False when the kernel does not take it: `lastError` says why. */
  add(fd: number, watcher: Watcher): boolean {
    return this.#register(fd, watcher, READABLE | WRITABLE | PEER_ENDED | EDGE_TRIGGERED);
  }

  /** As `add`, for a listener: told in every turn in which connections wait. */
  addListener(fd: number, watcher: Watcher): boolean {
    return this.#register(fd, watcher, READABLE);
  }

  #register(fd: number, watcher: Watcher, events: number): boolean {
    this.#serial = (this.#serial + 1) | 0;
    this.#watchers[fd] = watcher;
    this.#serials[fd] = this.#serial;
    BLOCK.writeInt32LE(events | 0, EVENT_AT);
    BLOCK.writeInt32LE(fd, EVENT_AT + EVENT_DATA);
    BLOCK.writeInt32LE(this.#serial, EVENT_AT + EVENT_DATA + 4);
    if (epollCtl(this.#fd, EPOLL_CTL_ADD, fd, BASE + EVENT_AT) < 0) return false;
    this.#count += 1;
    if (this.#count === 1) this.#handle.ref();
    return true;
  }

  /** Gives a watched descriptor to another watcher. */
  pass(fd: number, watcher: Watcher): void {
    this.#watchers[fd] = watcher;
  }

  /** Watches a descriptor no more, which is closed next: closing takes it out of the epoll. */
  forget(fd: number): void {
    if (this.#watchers[fd] === undefined) return;
    this.#watchers[fd] = undefined;
    this.#count -= 1;
    if (this.#count === 0) this.#handle.unref();
  }

  /** Watches a descriptor no more that stays open. */
  remove(fd: number): void {
    epollCtl(this.#fd, EPOLL_CTL_DEL, fd, BASE + EVENT_AT);
    this.forget(fd);
  }

  /** Whether events are being handed out. */
  get inTurn(): boolean {
    return this.#inTurn;
  }

  /** Runs a task once the present events are handed out, never during this call. */
  putOff(task: Task): void {
    this.#putOff.push(task);
    if (!this.#inTurn) this.#schedule();
  }

  /** Runs a task in the next turn, when everything that follows from the present events is done. */
  putOffTurn(task: Task): void {
    this.#forNextTurn.push(task);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#runLater);
  }

  #turn(): void {
    const count = epollWait(this.#fd, BASE + EVENTS_AT, EVENTS_MAX, 0);
    this.#inTurn = true;
    this.turn += 1;
    try {
      for (let at = EVENTS_WORD; at < EVENTS_WORD + count * EVENT_WORDS; at += EVENT_WORDS) {
        const fd = WORDS[at + DATA_WORD] as number;
        if (this.#serials[fd] !== WORDS[at + DATA_WORD + 1]) continue;
        this.#watchers[fd]?.onReady(WORDS[at] as number);
      }
      this.#runPutOff();
    } finally {
      this.#inTurn = false;
    }
  }

  #runPutOff(): void {
    const tasks = this.#putOff;
    if (tasks.length === 0) return;
    this.#putOff = [];
    for (const task of tasks) task.run();
    // What these have put off waits for the next turn, so that others come in between.
    if (this.#putOff.length > 0) this.#schedule();
  }
}

let poll: EventPoll | null = null;

/** This thread's poll. */
export function eventPoll(): EventPoll {
  poll ??= new EventPoll();
  return poll;
}

export type { EventPoll };
