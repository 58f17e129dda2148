/** Accounts and API tokens. */
import type { Token, User } from "#console/contract/session.ts";
import type { Account } from "#console/server/accounts.ts";
import type { HandlersOf } from "#console/server/handler.ts";
import { nameOf } from "#console/server/identity.ts";
import { Refusal } from "#console/server/refusal.ts";
import { isoOf, type Services } from "#console/server/services.ts";
import type { StoredToken } from "#console/server/tokens.ts";

type Names =
  | "users.list"
  | "users.create"
  | "users.change"
  | "users.remove"
  | "tokens.list"
  | "tokens.create"
  | "tokens.remove";

const HOUR_MS = 3_600_000;

export function userRoutes(services: Services): HandlersOf<Names> {
  const { accounts, sessions, tokens, guard } = services;
  const shown = (account: Account): User => shownUser(services, account);
  const find = (user: string): Account => {
    const account = accounts.find(user);
    if (account === null) throw new Refusal("not-found", `there is no account ${user}`);
    return account;
  };
  return {
    "users.list": () => ({ users: accounts.all.map(shown) }),
    "users.create": async ({ body, note }) => {
      note(`${body.user} as ${body.role}`);
      return shown(await accounts.create(body.user, body.role, body.password));
    },
    "users.change": async ({ params: { user }, body, note }) => {
      find(user);
      note(`${user}: ${Object.keys(body).join(", ")}`);
      if (body.role !== undefined) await accounts.setRole(user, body.role);
      if (body.password !== undefined) await accounts.setPassword(user, body.password, true);
      if (body.removeTotp === true) await accounts.removeTotp(user);
      if (body.unlock === true) guard.forgive(user, null);
      // What was allowed before may not be any more.
      if (body.password !== undefined || body.role !== undefined) sessions.endAll(user);
      return shown(find(user));
    },
    "users.remove": async ({ params: { user }, note }) => {
      note(user);
      await accounts.remove(user);
      sessions.endAll(user);
      return { done: true };
    },
    "tokens.list": () => ({ tokens: tokens.all.map((token) => shownToken(services, token)) }),
    "tokens.create": async ({ body, who, note }) => {
      const { label, role, networks, expiresInHours } = body;
      note(`${label} as ${role} for ${expiresInHours} h`);
      const lifeMs = expiresInHours * HOUR_MS;
      const made = await tokens.create({ label, role, networks, createdBy: nameOf(who), lifeMs });
      return { token: shownToken(services, made.token), secret: made.secret };
    },
    "tokens.remove": async ({ params: { token }, note }) => {
      note(token);
      await tokens.remove(token);
      return { done: true };
    },
  };
}

function shownUser({ sessions, guard }: Services, account: Account): User {
  const { user, role, mustChangePassword, createdMs, lastSignInMs, totp } = account;
  return {
    user,
    role,
    mustChangePassword,
    hasTotp: totp !== null,
    createdAt: isoOf(createdMs),
    lastSignInAt: lastSignInMs === null ? null : isoOf(lastSignInMs),
    sessions: sessions.countOf(user),
    ...guard.about(user),
  };
}

function shownToken({ tokens }: Services, token: StoredToken): Token {
  const usedMs = tokens.lastUsedMs(token.id);
  return {
    id: token.id,
    label: token.label,
    role: token.role,
    networks: [...token.networks],
    createdBy: token.createdBy,
    createdAt: isoOf(token.createdMs),
    expiresAt: isoOf(token.expiresMs),
    lastUsedAt: usedMs === null ? null : isoOf(usedMs),
  };
}
