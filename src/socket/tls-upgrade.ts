import type { Socket } from "node:net";
import {
  connect,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { parseIpAddress } from "#policy/ip-address.ts";
import type { Cancel } from "#transport/connect.ts";
import type { TransportFailure } from "#transport/resolve.ts";

/** Runs the client side of TLS over a connection that exists. `done` is called once, never during the call. */
export type StartTls = (
  base: Socket,
  serverName: string,
  done: (outcome: Outcome<TLSSocket, TransportFailure>) => void,
) => Cancel;

function failureOf(socket: TLSSocket, error: NodeJS.ErrnoException, serverName: string): TransportFailure {
  const detail = `${serverName}: ${error.code ?? error.message}`;
  // Set by Node only when the certificate, or the name in it, was not accepted.
  const isUntrusted = Boolean(socket.authorizationError) || error.code === "ERR_TLS_CERT_ALTNAME_INVALID";
  return { reason: isUntrusted ? "tls-certificate" : "tls-failed", detail };
}

/** TLS socket → the TCP socket under it, the only one that can be reset. */
const bases = new WeakMap<Socket, Socket>();

/** The TCP socket under a TLS socket of ours. */
export const tcpUnder = (socket: Socket): Socket | undefined => bases.get(socket);

const ignoreError = (): void => {};

/**
 * TLS with the built-in certificates and those of `ca` (PEM). One context for all connections: reading
 * the certificates takes tens of milliseconds.
 */
export function createStartTls(ca: string | null): StartTls {
  let context: SecureContext | null = null;
  const contextOf = (): SecureContext => {
    context ??= createSecureContext(ca === null ? {} : { ca: [...getCACertificates("default"), ca] });
    return context;
  };

  return (base, serverName, done) => {
    const isName = parseIpAddress(serverName) === null;
    const socket = connect({
      socket: base,
      host: serverName,
      // RFC 6066 section 3: literal addresses are not permitted as a server name.
      ...(isName ? { servername: serverName } : {}),
      ALPNProtocols: ["http/1.1"],
      secureContext: contextOf(),
    });
    bases.set(socket, base);
    let over = false;
    const end = (outcome: Outcome<TLSSocket, TransportFailure>): void => {
      if (over) return;
      over = true;
      done(outcome);
    };
    const failed = (error: NodeJS.ErrnoException): void => end(failure(failureOf(socket, error, serverName)));
    const closed = (): void => end(failure({ reason: "tls-failed", detail: `${serverName}: closed` }));
    socket.on("error", ignoreError);
    socket.once("error", failed);
    socket.once("close", closed);
    socket.once("secureConnect", () => {
      socket.removeListener("error", failed);
      socket.removeListener("close", closed);
      end(success(socket));
    });
    return () => {
      over = true;
      socket.destroy();
      base.destroy();
    };
  };
}
