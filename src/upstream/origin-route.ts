import type { Authority } from "#http/authority.ts";
import type { Connect } from "#transport/connect.ts";

/** How requests reach their origins: straight, or by one parent in one of two ways. */
export interface OriginRoute {
  /** Tells the pools of one route from those of another. */
  readonly name: string;
  readonly connect: Connect;
  /** The parent's name for logs, or null when direct. */
  readonly parent: string | null;
  /** Every request goes to this server in absolute-form; null: each goes to its own authority. */
  readonly server: { readonly authority: Authority; readonly tlsServerName: string | null } | null;
  /** The value of Proxy-Authorization that `server` wants, or null. */
  readonly proxyAuthorization: string | null;
}

/** "ip:port" as logs write it. */
export const remoteText = (wire: { readonly remoteAddress: string; readonly remotePort: number }): string =>
  wire.remoteAddress.includes(":")
    ? `[${wire.remoteAddress}]:${wire.remotePort}`
    : `${wire.remoteAddress}:${wire.remotePort}`;
