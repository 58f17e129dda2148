/** Listening sockets. Every worker has its own on the same port (SO_REUSEPORT); the kernel shares out. */
import { createServer, type Server } from "node:net";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { Wire } from "#transport/wire.ts";
import { unmappedText } from "./peer-address.ts";
import { errorName, type TcpHandle } from "./tcp-binding.ts";
import { type Endpoint, TcpWire } from "./tcp-wire.ts";

/** Connections that the kernel keeps for us while we are busy; it cuts this to net.core.somaxconn. */
const BACKLOG = 4_096;

export interface ListenOptions {
  readonly address: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly backlog?: number;
  /** Lets other workers listen on the same port; all of them must say so. */
  readonly reusePort: boolean;
  /**
   * A connection could not be accepted; the system's code. Not told for want of file descriptors: libuv
   * then closes the waiting connections at once with a descriptor that it keeps for this, and goes on.
   */
  readonly onAcceptError?: (code: string) => void;
}

export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Accepts no more; connections go on. */
  readonly close: () => Promise<void>;
}

/** Why it cannot listen. `text` says what to do about it. */
export interface ListenFailure {
  readonly code: string;
  readonly text: string;
}

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there; stop it or choose another port",
  EACCES: "this user may not use that port; choose one from 1024 up or grant CAP_NET_BIND_SERVICE",
  EADDRNOTAVAIL: "this machine does not have that address; listen on one that it has, or on 0.0.0.0 or ::",
  EAFNOSUPPORT: "this machine has no such address family; IPv6 may be turned off",
  EMFILE: "too many files are open; raise the limit of open files",
};

function failureOf(error: NodeJS.ErrnoException, { address, port }: ListenOptions): ListenFailure {
  const code = error.code ?? "EUNKNOWN";
  return {
    code,
    text: `cannot listen on ${address} port ${port}: ${ADVICE[code] ?? error.message} (${code})`,
  };
}

function closeServer(server: Server): Promise<void> {
  // Its callback would wait for the connections; the listening socket itself is closed at once.
  if (server.listening) server.close();
  return Promise.resolve();
}

function peerOf(handle: TcpHandle): Endpoint {
  const peer: { address?: string; port?: number } = {};
  handle.getpeername(peer);
  return { address: unmappedText(peer.address ?? ""), port: peer.port ?? 0 };
}

interface ListeningHandle {
  onconnection: (this: unknown, status: number, handle: TcpHandle) => void;
}

/** Makes each connection a wire of ours instead of a socket (tcp-binding.ts says why). */
function takeOver(
  server: Server,
  onWire: (wire: Wire) => void,
  onAcceptError: ListenOptions["onAcceptError"],
): void {
  const { _handle: listening } = server as unknown as { readonly _handle: ListeningHandle };
  listening.onconnection = (status, handle) => {
    if (status < 0) {
      onAcceptError?.(errorName(status));
      return;
    }
    handle.setNoDelay(true);
    const wire = new TcpWire(handle, peerOf(handle));
    onWire(wire);
    wire.start();
  };
}

/** Starts listening. Each accepted connection is a wire whose handler `onWire` sets before it returns. */
export function listen(
  options: ListenOptions,
  onWire: (wire: Wire) => void,
): Promise<Outcome<Listener, ListenFailure>> {
  const server = createServer();
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(failure(failureOf(error, options)));
    server.once("error", failed);
    const { address, port, backlog = BACKLOG, reusePort } = options;
    server.listen({ host: address, port, backlog, reusePort }, () => {
      server.removeListener("error", failed);
      takeOver(server, onWire, options.onAcceptError);
      server.on("error", (error: NodeJS.ErrnoException) => options.onAcceptError?.(error.code ?? "EUNKNOWN"));
      const bound = server.address();
      const boundPort = typeof bound === "object" && bound !== null ? bound.port : port;
      resolve(success({ address, port: boundPort, close: () => closeServer(server) }));
    });
  });
}

/**
 * A port that was free a moment ago, for workers that are all to listen on it when the settings say 0.
 * Somebody else may take it in between; listening then fails with EADDRINUSE.
 */
export async function reservePort(address: string): Promise<Outcome<number, ListenFailure>> {
  const listening = await listen({ address, port: 0, reusePort: false }, (wire) => wire.destroy());
  if (!listening.ok) return listening;
  await listening.value.close();
  return success(listening.value.port);
}
