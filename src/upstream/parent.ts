import type { Clock } from "#base/clock.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { Authority } from "#http/authority.ts";
import type { HeadLimits } from "#http1/parser-event.ts";
import type { Cancel, Connect, OpenTunnel } from "#transport/connect.ts";
import type { TransportFailure } from "#transport/resolve.ts";
import type { Wire, WireHandler } from "#transport/wire.ts";
import type { OriginRoute } from "./origin-route.ts";
import { ParentHandshake } from "./parent-handshake.ts";
import { ParentHealth, type ParentHealthLimits } from "./parent-health.ts";
import type { ConnectSocket, NodeSocket } from "./secure-client.ts";

/** A parent proxy, ready to be used. */
export interface ParentConfig {
  readonly name: string;
  readonly authority: Authority;
  /** TLS is spoken to the parent itself. */
  readonly secure: boolean;
  readonly domains: readonly string[];
  /** Basic credentials (RFC 7617), or null. */
  readonly credentials: { readonly username: string; readonly password: string } | null;
}

/** Starts TLS on a connected socket; `done` is called once, never during the call. */
export type StartTls = (
  base: NodeSocket,
  serverName: string,
  done: (outcome: Outcome<NodeSocket, TransportFailure>) => void,
) => Cancel;

/** Makes a wire of a connected socket. */
export type WrapSocket = (socket: NodeSocket) => Wire;

/** What all parents share. */
export interface ParentContext {
  readonly connect: Connect;
  readonly connectSocket: ConnectSocket;
  readonly wrapSocket: WrapSocket;
  readonly startTls: StartTls;
  readonly clock: Clock;
  readonly limits: HeadLimits;
  /** For the parent's answer to CONNECT. */
  readonly answerTimeoutMs: number;
  /** For TLS through its tunnel. */
  readonly handshakeTimeoutMs: number;
  readonly healthLimits: ParentHealthLimits;
}

/** One parent: how to reach origins by it, and whether it is well. */
export class ParentProxy {
  readonly name: string;
  readonly domains: readonly string[];
  readonly health: ParentHealth;
  /** For http: the request goes to the parent in absolute-form. */
  readonly forwardRoute: OriginRoute;
  /** For https: a tunnel to the origin, and TLS through it. */
  readonly tunnelRoute: OriginRoute;
  readonly #config: ParentConfig;
  readonly #context: ParentContext;
  readonly #tlsServerName: string | null;
  readonly #proxyAuthorization: string | null;

  constructor(config: ParentConfig, context: ParentContext) {
    this.name = config.name;
    this.domains = config.domains;
    this.health = new ParentHealth(context.healthLimits);
    this.#config = config;
    this.#context = context;
    this.#tlsServerName = config.secure ? config.authority.host : null;
    this.#proxyAuthorization = basicCredentials(config);
    this.forwardRoute = {
      name: `parent ${config.name}`,
      connect: (_authority, _options, done) => this.#connect(done),
      parent: config.name,
      server: { authority: config.authority, tlsServerName: this.#tlsServerName },
      proxyAuthorization: this.#proxyAuthorization,
    };
    this.tunnelRoute = {
      name: `through ${config.name} `,
      connect: (authority, options, done) => this.#connectThrough(authority, options.tlsServerName, done),
      parent: config.name,
      server: null,
      proxyAuthorization: null,
    };
  }

  /** Opens a tunnel through the parent; as `OpenTunnel`. */
  openTunnel(authority: Authority, done: Parameters<OpenTunnel>[1]): Cancel {
    let cancel = this.#connect((outcome) => {
      if (outcome.ok) cancel = this.#shakeHands(outcome.value, authority, done);
      else done(outcome);
    });
    return () => cancel();
  }

  #connect(done: Parameters<Connect>[2]): Cancel {
    const options = { tlsServerName: this.#tlsServerName };
    return this.#context.connect(this.#config.authority, options, (outcome) => done(this.#judge(outcome)));
  }

  /** Every connection to the parent comes by here: its health is judged by what becomes of them. */
  #judge<T>(outcome: Outcome<T, TransportFailure>): Outcome<T, TransportFailure> {
    if (outcome.ok) {
      this.health.succeeded();
      return outcome;
    }
    this.health.failed(this.#context.clock.nowMs());
    return failure(parentFailure(this.name, outcome.error));
  }

  #shakeHands(wire: Wire, target: Authority, done: Parameters<OpenTunnel>[1]): Cancel {
    const handshake = new ParentHandshake(
      wire,
      {
        target,
        parent: this.name,
        proxyAuthorization: this.#proxyAuthorization,
        limits: this.#context.limits,
        timeoutMs: this.#context.answerTimeoutMs,
      },
      done,
    );
    return () => handshake.cancel();
  }

  /** A tunnel with TLS to the origin through it; on bare sockets, because TLS wants one. */
  #connectThrough(target: Authority, serverName: string | null, done: Parameters<Connect>[2]): Cancel {
    const { connectSocket, wrapSocket } = this.#context;
    let cancel = connectSocket(this.#config.authority, this.#tlsServerName, (connected) => {
      const judged = this.#judge(connected);
      if (!judged.ok) {
        done(judged);
        return;
      }
      const socket = judged.value;
      cancel = this.#shakeHands(wrapSocket(socket), target, (opened) => {
        if (!opened.ok) {
          done(opened);
          return;
        }
        const { wire, first } = opened.value;
        wire.handler = NO_LONGER_READ;
        if (first.length > 0) {
          // Nobody speaks before a request, nor before a ClientHello.
          wire.destroy();
          done(failure({ reason: "bad-response", detail: "bytes before the request" }));
        } else if (serverName === null) done(success(wire));
        else {
          cancel = this.#secure(socket, serverName, (secured) => {
            if (!secured.ok) wire.destroy();
            done(secured.ok ? success(wrapSocket(secured.value)) : secured);
          });
        }
      });
    });
    return () => cancel();
  }

  /** The handshake with the origin, which may take as long as connecting to it straight might have. */
  #secure(socket: NodeSocket, serverName: string, done: Parameters<StartTls>[2]): Cancel {
    const { startTls, handshakeTimeoutMs } = this.#context;
    const cancelTls = startTls(socket, serverName, (outcome) => {
      clearTimeout(timer);
      done(outcome);
    });
    const timer = setTimeout(() => {
      cancelTls();
      const detail = `${serverName}: the handshake took more than ${handshakeTimeoutMs} ms`;
      done(failure({ reason: "tls-failed", detail }));
    }, handshakeTimeoutMs);
    return () => {
      clearTimeout(timer);
      cancelTls();
    };
  }
}

/** The wire under TLS: its bytes belong to TLS, which also tells when the connection is gone. */
const NO_LONGER_READ: WireHandler = {
  onData: () => true,
  onEnd: () => {},
  onDrain: () => {},
  onClose: () => {},
};

/** In the client's eyes a parent whose TLS fails could not be reached; only an origin's TLS is its matter. */
function parentFailure(name: string, error: TransportFailure): TransportFailure {
  const isTls = error.reason === "tls-failed" || error.reason === "tls-certificate";
  return { reason: isTls ? "connect-failed" : error.reason, detail: `parent ${name}: ${error.detail}` };
}

function basicCredentials({ credentials }: ParentConfig): string | null {
  if (credentials === null) return null;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
}
