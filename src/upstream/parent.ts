import type { Clock } from "#base/clock.ts";
import { failure, success } from "#base/outcome.ts";
import type { Authority } from "#http/authority.ts";
import type { HeadLimits } from "#http1/parser-event.ts";
import type { Cancel, Connect, OpenTunnel } from "#transport/connect.ts";
import type { TransportFailure } from "#transport/resolve.ts";
import type { Wire } from "#transport/wire.ts";
import type { OriginRoute } from "./origin-route.ts";
import { ParentHandshake } from "./parent-handshake.ts";
import { ParentHealth, type ParentHealthLimits } from "./parent-health.ts";

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

/** Starts TLS on a connected wire; `done` is called once, never during the call. */
export type StartTls = (wire: Wire, serverName: string, done: Parameters<Connect>[2]) => Cancel;

/** What all parents share. */
export interface ParentContext {
  readonly connect: Connect;
  readonly startTls: StartTls;
  readonly clock: Clock;
  readonly limits: HeadLimits;
  readonly answerTimeoutMs: number;
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
    const { limits, answerTimeoutMs } = this.#context;
    const options = {
      target: authority,
      parent: this.name,
      proxyAuthorization: this.#proxyAuthorization,
      limits,
      timeoutMs: answerTimeoutMs,
    };
    let cancel = this.#connect((outcome) => {
      if (!outcome.ok) {
        done(outcome);
        return;
      }
      const handshake = new ParentHandshake(outcome.value, options, done);
      cancel = () => handshake.cancel();
    });
    return () => cancel();
  }

  /** Connects to the parent itself; what becomes of it is what its health is judged by. */
  #connect(done: Parameters<Connect>[2]): Cancel {
    const { connect, clock } = this.#context;
    return connect(this.#config.authority, { tlsServerName: this.#tlsServerName }, (outcome) => {
      if (outcome.ok) {
        this.health.succeeded();
        done(outcome);
        return;
      }
      this.health.failed(clock.nowMs());
      done(failure(parentFailure(this.name, outcome.error)));
    });
  }

  #connectThrough(authority: Authority, tlsServerName: string | null, done: Parameters<Connect>[2]): Cancel {
    let cancel = this.openTunnel(authority, (outcome) => {
      if (!outcome.ok) {
        done(outcome);
        return;
      }
      const { wire, first } = outcome.value;
      if (first.length > 0) {
        // Nobody speaks before a request, nor before a ClientHello.
        wire.destroy();
        done(failure({ reason: "bad-response", detail: "bytes before the request" }));
      } else if (tlsServerName === null) done(success(wire));
      else cancel = this.#context.startTls(wire, tlsServerName, done);
    });
    return () => cancel();
  }
}

/** In the client's eyes a parent whose TLS fails could not be reached; only an origin's TLS is its matter. */
function parentFailure(name: string, error: TransportFailure): TransportFailure {
  const isTls = error.reason === "tls-failed" || error.reason === "tls-certificate";
  return { reason: isTls ? "connect-failed" : error.reason, detail: `parent ${name}: ${error.detail}` };
}

function basicCredentials({ credentials }: ParentConfig): string | null {
  if (credentials === null) return null;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
}
