import { type buildConnector, Client } from "undici";
import type { Outcome } from "#base/outcome.ts";
import type { Authority } from "#http/authority.ts";
import type { Cancel } from "#transport/connect.ts";
import type { TransportFailure } from "#transport/resolve.ts";
import { remoteText } from "./origin-route.ts";
import { ConnectError } from "./undici-failure.ts";

/** A connected socket of Node's, as undici wants it. */
export type NodeSocket = NonNullable<Parameters<buildConnector.Callback>[1]>;

/** As `Connect`, with the bare socket; `done` is called once, never during the call. */
export type ConnectSocket = (
  authority: Authority,
  tlsServerName: string | null,
  done: (outcome: Outcome<NodeSocket, TransportFailure>) => void,
) => Cancel;

/** What a client's connections are made with. */
export interface SecureConnections {
  readonly connectSocket: ConnectSocket;
  /** +1 for a connection made, -1 for one that is gone. */
  readonly changed: (amount: 1 | -1) => void;
}

/** One of undici's connections that knows where it goes to and how often it was used. */
export class SecureClient extends Client {
  remote = "-";
  /** Requests that went out on the connection there is now. */
  requests = 0;

  constructor(origin: URL, options: Client.Options, authority: Authority, connections: SecureConnections) {
    super(origin, {
      ...options,
      connect: (_, callback) => {
        connections.connectSocket(authority, authority.host, (outcome) => {
          if (outcome.ok) {
            this.#connected(outcome.value, connections);
            callback(null, outcome.value);
          } else callback(new ConnectError(outcome.error), null);
        });
      },
    });
  }

  #connected(socket: NodeSocket, connections: SecureConnections): void {
    const { remoteAddress = "-", remotePort = 0 } = socket;
    this.remote = remoteText({ remoteAddress, remotePort });
    this.requests = 0;
    connections.changed(1);
    socket.once("close", () => connections.changed(-1));
  }

  override dispatch(...[options, handler]: Parameters<Client["dispatch"]>): boolean {
    // undici tells a handler nothing of the connection; the handler that wants to know says so.
    if ("client" in handler) handler.client = this;
    return super.dispatch(options, handler);
  }
}
