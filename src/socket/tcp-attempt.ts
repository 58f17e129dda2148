/** Connecting to one address: as a wire of ours, or as a socket for TLS and for undici. */
import { createConnection, type Socket } from "node:net";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { Cancel } from "#transport/connect.ts";
import type { TransportFailure } from "#transport/resolve.ts";
import { descriptorClosing, descriptorOpened } from "./descriptor-table.ts";
import { BROKEN, eventPoll, HUNG_UP, type Watcher, WRITABLE } from "./event-poll.ts";
import { familyOf, putEndpoint } from "./socket-address.ts";
import {
  ADDRESS_AT,
  BASE,
  bind,
  close,
  connect,
  EINPROGRESS,
  errorName,
  IP_BIND_ADDRESS_NO_PORT,
  IPPROTO_IP,
  lastError,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  setOption,
  socket,
  takeSocketError,
} from "./system-calls.ts";
import { TcpWire } from "./tcp-wire.ts";

export interface TcpTarget {
  /** An address, never a name. */
  readonly address: string;
  readonly port: number;
  /** The local address to connect from; null lets the kernel choose. */
  readonly sourceAddress: string | null;
  /** Called when a connection that was made is gone. */
  readonly onClose: () => void;
}

type Done<T> = (outcome: Outcome<T, TransportFailure>) => void;

/** Tries one address. `done` is called once, never during the call, and not after a cancel. */
export type Attempt<T> = (target: TcpTarget, done: Done<T>) => Cancel;

/** "192.0.2.1:80" or "[2001:db8::1]:80". */
export const formatEndpoint = (address: string, port: number): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;

function failureOf(code: string, target: TcpTarget, isFromBind: boolean): TransportFailure {
  const from = isFromBind ? ` from ${target.sourceAddress}` : "";
  const detail = `${formatEndpoint(target.address, target.port)}${from} ${code}`;
  if (code === "ECONNREFUSED") return { reason: "connect-refused", detail };
  return { reason: code === "ETIMEDOUT" ? "connect-timeout" : "connect-failed", detail };
}

const ignoreError = (): void => {};

/** Connects a socket. */
export const attemptSocket: Attempt<Socket> = (target, done) => {
  const socket = createConnection({
    host: target.address,
    port: target.port,
    allowHalfOpen: true,
    autoSelectFamily: false,
    noDelay: true,
    ...(target.sourceAddress === null ? {} : { localAddress: target.sourceAddress }),
  });
  const failed = (error: NodeJS.ErrnoException): void =>
    done(failure(failureOf(error.code ?? error.message, target, error.syscall === "bind")));
  // An error after a socket has changed hands is told by its 'close'; without a listener it would crash.
  socket.on("error", ignoreError);
  socket.once("error", failed);
  socket.once("connect", () => {
    socket.removeListener("error", failed);
    socket.once("close", target.onClose);
    done(success(socket));
  });
  return () => {
    socket.removeListener("error", failed);
    socket.removeAllListeners("connect");
    socket.destroy();
  };
};

/** What did not work at once, told later. */
interface Refusal {
  readonly error: number;
  readonly isFromBind: boolean;
}

/** One attempt: watched until the kernel says how it went. */
class WireAttempt implements Watcher {
  readonly #target: TcpTarget;
  readonly #done: Done<TcpWire>;
  /** -1 before it is opened, and when the attempt is over. */
  #fd = -1;
  #isOver = false;
  #refusal: Refusal | null = null;

  constructor(target: TcpTarget, done: Done<TcpWire>) {
    this.#target = target;
    this.#done = done;
    this.#refusal = this.#start();
    if (this.#refusal !== null) eventPoll().putOff(this);
  }

  #start(): Refusal | null {
    const { address, port, sourceAddress } = this.#target;
    const fd = socket(familyOf(address), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return { error: lastError(), isFromBind: false };
    descriptorOpened(fd);
    const refusal = bindTo(fd, sourceAddress) ?? startConnect(fd, address, port) ?? this.#watch(fd);
    if (refusal === null) this.#fd = fd;
    else closeDescriptor(fd);
    return refusal;
  }

  #watch(fd: number): Refusal | null {
    return eventPoll().add(fd, this) ? null : { error: lastError(), isFromBind: false };
  }

  onReady(events: number): void {
    if (this.#isOver) return;
    const error = (events & (BROKEN | HUNG_UP)) === 0 ? 0 : takeSocketError(this.#fd);
    if (error !== 0) this.#fail({ error, isFromBind: false });
    else if ((events & WRITABLE) !== 0) this.#connected(events);
  }

  #connected(events: number): void {
    const fd = this.#fd;
    this.#isOver = true;
    this.#fd = -1;
    const wire = new TcpWire(fd, this.#target, { events, onGone: this.#target.onClose });
    eventPoll().pass(fd, wire);
    this.#done(success(wire));
  }

  /** For the poll: tells what did not work at once. */
  run(): void {
    if (!this.#isOver && this.#refusal !== null) this.#fail(this.#refusal);
  }

  #fail({ error, isFromBind }: Refusal): void {
    this.cancel();
    this.#done(failure(failureOf(errorName(error), this.#target, isFromBind)));
  }

  cancel(): void {
    this.#isOver = true;
    const fd = this.#fd;
    if (fd < 0) return;
    this.#fd = -1;
    eventPoll().forget(fd);
    closeDescriptor(fd);
  }
}

function closeDescriptor(fd: number): void {
  descriptorClosing(fd);
  close(fd);
}

function bindTo(fd: number, sourceAddress: string | null): Refusal | null {
  if (sourceAddress === null) return null;
  // The port is chosen by `connect`, which knows that the same one may serve for several destinations.
  setOption(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  const length = putEndpoint(sourceAddress, 0);
  return bind(fd, BASE + ADDRESS_AT, length) < 0 ? { error: lastError(), isFromBind: true } : null;
}

function startConnect(fd: number, address: string, port: number): Refusal | null {
  const length = putEndpoint(address, port);
  if (connect(fd, BASE + ADDRESS_AT, length) === 0) return null;
  const error = lastError();
  return error === EINPROGRESS ? null : { error, isFromBind: false };
}

/** Connects a wire; it reads nothing before its `start()`. */
export const attemptWire: Attempt<TcpWire> = (target, done) => {
  const attempt = new WireAttempt(target, done);
  return () => attempt.cancel();
};
