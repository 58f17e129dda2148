/** Connecting to one address: as a wire of ours, or as a socket for TLS and for undici. */
import { createConnection, type Socket } from "node:net";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { Cancel } from "#transport/connect.ts";
import type { TransportFailure } from "#transport/resolve.ts";
import { errorName, newConnectRequest, newTcpHandle, type Request, type TcpHandle } from "./tcp-binding.ts";
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

/** Tries one address. `done` is called once, never during the call, and not after a cancel. */
export type Attempt<T> = (target: TcpTarget, done: (outcome: Outcome<T, TransportFailure>) => void) => Cancel;

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

const ignoreClose = (): void => {};

/** The local end, when the settings name one. 0, or a negative error. */
function bindTo(handle: TcpHandle, sourceAddress: string): number {
  return sourceAddress.includes(":") ? handle.bind6(sourceAddress, 0, 0) : handle.bind(sourceAddress, 0);
}

/** Connects a wire; it reads nothing before its `start()`. */
export const attemptWire: Attempt<TcpWire> = (target, done) => {
  const handle = newTcpHandle();
  const request: Request = newConnectRequest();
  let isOver = false;
  const fail = (status: number, isFromBind: boolean): void => {
    isOver = true;
    handle.close(ignoreClose);
    done(failure(failureOf(errorName(status), target, isFromBind)));
  };
  request.oncomplete = (status) => {
    if (isOver) return;
    if (status < 0) {
      fail(status, false);
      return;
    }
    isOver = true;
    handle.setNoDelay(true);
    done(success(new TcpWire(handle, target, target.onClose)));
  };
  const bound = target.sourceAddress === null ? 0 : bindTo(handle, target.sourceAddress);
  const started = bound === 0 ? startConnect(handle, request, target) : bound;
  if (started !== 0) {
    process.nextTick(() => {
      if (!isOver) fail(started, bound !== 0);
    });
  }
  return () => {
    if (isOver) return;
    isOver = true;
    handle.close(ignoreClose);
  };
};

const startConnect = (handle: TcpHandle, request: Request, { address, port }: TcpTarget): number =>
  address.includes(":") ? handle.connect6(request, address, port) : handle.connect(request, address, port);
