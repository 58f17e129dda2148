/** Listening sockets. Every worker has its own on the same port (SO_REUSEPORT); the kernel shares out. */
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { Wire } from "#transport/wire.ts";
import { descriptorClosing, descriptorOpened } from "./descriptor-table.ts";
import { eventPoll, type Watcher } from "./event-poll.ts";
import { type ListenFailure, listenFailure } from "./listen-failure.ts";
import { familyOf, putEndpoint, takeEndpoint } from "./socket-address.ts";
import {
  ADDRESS_AT,
  ADDRESS_BYTES,
  AF_INET,
  AF_INET6,
  accept4,
  BASE,
  bind,
  close,
  duplicate,
  EAGAIN,
  EMFILE,
  ENFILE,
  errorName,
  getsockname,
  IP_FREEBIND,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_FREEBIND,
  IPV6_V6ONLY,
  LENGTH_AT,
  lastError,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  setOption,
  socket,
  listen as startListening,
  TCP_NODELAY,
  WORDS,
} from "./system-calls.ts";
import { TcpWire } from "./tcp-wire.ts";

/** Connections that the kernel keeps for us while we are busy; it cuts this to net.core.somaxconn. */
const BACKLOG = 4_096;
/** Connections accepted before others get their turn. */
const ACCEPTS_IN_A_ROW_MAX = 64;

export interface ListenOptions {
  readonly address: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly backlog?: number;
  /** Lets other workers listen on the same port; all of them must say so. */
  readonly reusePort: boolean;
  /** Listens also where this machine does not have the address now, such as a floating one. */
  readonly freeBind?: boolean;
  /** A connection could not be accepted; the system's code. */
  readonly onAcceptError?: (code: string) => void;
}

export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Accepts no more; connections go on. */
  readonly close: () => void;
}

class ListeningSocket implements Watcher {
  readonly #fd: number;
  readonly #onWire: (wire: Wire) => void;
  readonly #onAcceptError: (code: string) => void;
  /** Given up for a moment when there are no more, to take a connection from the queue and close it. */
  #spare: number;
  #isOpen = true;

  constructor(fd: number, onWire: (wire: Wire) => void, onAcceptError: (code: string) => void) {
    this.#fd = fd;
    this.#onWire = onWire;
    this.#onAcceptError = onAcceptError;
    this.#spare = duplicate(fd);
    if (this.#spare >= 0) descriptorOpened(this.#spare);
  }

  onReady(): void {
    for (let left = ACCEPTS_IN_A_ROW_MAX; left > 0 && this.#isOpen; left -= 1) {
      const fd = this.#accept();
      if (fd >= 0) this.#take(fd);
      else if (!this.#goesOnAfter(lastError())) return;
    }
  }

  #accept(): number {
    WORDS[LENGTH_AT >> 2] = ADDRESS_BYTES;
    return accept4(this.#fd, BASE + ADDRESS_AT, BASE + LENGTH_AT, SOCK_NONBLOCK | SOCK_CLOEXEC);
  }

  #take(fd: number): void {
    descriptorOpened(fd);
    const wire = new TcpWire(fd, takeEndpoint(), null);
    if (!eventPoll().add(fd, wire)) {
      const code = errorName(lastError());
      descriptorClosing(fd);
      close(fd);
      this.#onAcceptError(code);
      return;
    }
    this.#onWire(wire);
    wire.start();
  }

  /** Whether more connections may be waiting. */
  #goesOnAfter(error: number): boolean {
    if (error === EAGAIN) return false;
    this.#onAcceptError(errorName(error));
    // Without descriptors the connections at the head of the queue would wait for ever, and we spin.
    if (error === EMFILE || error === ENFILE) this.#turnAway();
    return false;
  }

  #turnAway(): void {
    if (this.#spare >= 0) {
      descriptorClosing(this.#spare);
      close(this.#spare);
      const fd = this.#accept();
      if (fd >= 0) close(fd);
    }
    this.#spare = duplicate(this.#fd);
    if (this.#spare >= 0) descriptorOpened(this.#spare);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    eventPoll().remove(this.#fd);
    for (const fd of [this.#fd, this.#spare]) {
      if (fd < 0) continue;
      descriptorClosing(fd);
      close(fd);
    }
  }
}

/** Opens and binds. An error is the system's number. */
function openListening({
  address,
  port,
  backlog = BACKLOG,
  reusePort,
  freeBind = false,
}: ListenOptions): Outcome<number, number> {
  const family = familyOf(address);
  const fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return failure(lastError());
  setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (reusePort) setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (family === AF_INET6) setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (freeBind && family === AF_INET) setOption(fd, IPPROTO_IP, IP_FREEBIND, 1);
  if (freeBind && family === AF_INET6) setOption(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1);
  // Accepted connections inherit it.
  setOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  const length = putEndpoint(address, port);
  if (bind(fd, BASE + ADDRESS_AT, length) === 0 && startListening(fd, backlog) === 0) return success(fd);
  const error = lastError();
  close(fd);
  return failure(error);
}

function boundPort(fd: number): number {
  WORDS[LENGTH_AT >> 2] = ADDRESS_BYTES;
  getsockname(fd, BASE + ADDRESS_AT, BASE + LENGTH_AT);
  return takeEndpoint().port;
}

/** Starts listening. Each accepted connection is a wire whose handler `onWire` sets before it returns. */
export function listen(
  options: ListenOptions,
  onWire: (wire: Wire) => void,
): Outcome<Listener, ListenFailure> {
  const { address, port, onAcceptError = () => {} } = options;
  const refused = (error: number): Outcome<Listener, ListenFailure> =>
    failure(listenFailure(errorName(error), address, port));
  const opened = openListening(options);
  if (!opened.ok) return refused(opened.error);
  const listening = new ListeningSocket(opened.value, onWire, onAcceptError);
  descriptorOpened(opened.value);
  if (!eventPoll().addListener(opened.value, listening)) {
    const error = lastError();
    listening.close();
    return refused(error);
  }
  return success({ address, port: boundPort(opened.value), close: () => listening.close() });
}
