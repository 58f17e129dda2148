import { createConnection, type Socket } from "node:net";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { Cancel } from "#transport/connect.ts";
import type { TransportFailure } from "#transport/resolve.ts";
import type { ReadBuffer } from "./read-buffer.ts";

/** Idle time before the kernel probes whether a server is still there. */
const KEEP_ALIVE_DELAY_MS = 60_000;

export interface TcpTarget {
  /** An address, never a name. */
  readonly address: string;
  readonly port: number;
  /** The local address to connect from; null lets the kernel choose. */
  readonly sourceAddress: string | null;
  /** What the socket reads into; null for a socket that is read as a stream. */
  readonly readBuffer: ReadBuffer | null;
}

/** "192.0.2.1:80" or "[2001:db8::1]:80". */
export const formatEndpoint = (address: string, port: number): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;

function failureOf(error: NodeJS.ErrnoException, target: TcpTarget): TransportFailure {
  const from = error.syscall === "bind" ? ` from ${target.sourceAddress}` : "";
  const detail = `${formatEndpoint(target.address, target.port)}${from} ${error.code ?? error.message}`;
  if (error.code === "ECONNREFUSED") return { reason: "connect-refused", detail };
  return { reason: error.code === "ETIMEDOUT" ? "connect-timeout" : "connect-failed", detail };
}

/** An error after a socket has changed hands is told by its 'close'; without a listener it would crash. */
const ignoreError = (): void => {};

/** Connects to one address. `done` is called once, never during the call. */
export function attemptTcp(
  target: TcpTarget,
  done: (outcome: Outcome<Socket, TransportFailure>) => void,
): Cancel {
  const socket = createConnection({
    host: target.address,
    port: target.port,
    allowHalfOpen: true,
    autoSelectFamily: false,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
    ...(target.sourceAddress === null ? {} : { localAddress: target.sourceAddress }),
    ...(target.readBuffer === null ? {} : { onread: target.readBuffer.onread }),
  });
  const failed = (error: NodeJS.ErrnoException): void => done(failure(failureOf(error, target)));
  socket.on("error", ignoreError);
  socket.once("error", failed);
  socket.once("connect", () => {
    socket.removeListener("error", failed);
    done(success(socket));
  });
  return () => {
    socket.removeListener("error", failed);
    socket.removeAllListeners("connect");
    socket.destroy();
  };
}
