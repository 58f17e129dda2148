/** Who is behind a request: the command line, else its token, else its cookie, else nobody. */
import type { FastifyRequest } from "fastify";
import { clientAddress } from "#policy/client-networks.ts";
import type { Accounts } from "./accounts.ts";
import { readCookie } from "./cookie.ts";
import type { Identity } from "./identity.ts";
import { isLocal } from "./local-socket.ts";
import type { Sessions } from "./sessions.ts";
import type { Tokens } from "./tokens.ts";

export function identifier(
  accounts: Accounts,
  sessions: Sessions,
  tokens: Tokens,
): (request: FastifyRequest, isUse: boolean) => Identity {
  return (request, isUse) => {
    if (isLocal(request.raw.socket)) return { kind: "local", address: "local", role: "administrator" };
    const address = clientAddress(request.ip);
    const [, bearer] = /^Bearer ([A-Za-z0-9_-]{20,200})$/i.exec(request.headers.authorization ?? "") ?? [];
    if (bearer !== undefined) {
      const token = tokens.find(bearer, address);
      return token === null
        ? { kind: "nobody", address }
        : { kind: "program", address, token: token.id, role: token.role };
    }
    const secret = readCookie(request.headers.cookie);
    const session = secret === null ? null : sessions.find(secret, isUse);
    // An account that is gone takes its sessions along, whatever order things happen in.
    const account = session === null ? null : accounts.find(session.user);
    if (session === null || account === null) return { kind: "nobody", address };
    const { user, role, mustChangePassword } = account;
    return { kind: "person", address, user, role, session, mustChangePassword };
  };
}
