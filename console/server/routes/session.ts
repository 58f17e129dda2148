/** Signing in and out, and one's own password and one-time codes. */
import type { Session, SessionState } from "#console/contract/session.ts";
import type { Account } from "#console/server/accounts.ts";
import { endedCookie, readCookie, sessionCookie } from "#console/server/cookie.ts";
import type { Call, HandlersOf } from "#console/server/handler.ts";
import type { Identity } from "#console/server/identity.ts";
import { Refusal } from "#console/server/refusal.ts";
import { isoOf, type Services } from "#console/server/services.ts";
import type { OpenSession } from "#console/server/sessions.ts";
import { totpUri } from "#console/server/totp.ts";

type Names =
  | "session.read"
  | "session.create"
  | "session.remove"
  | "account.password"
  | "account.totp.begin"
  | "account.totp.confirm"
  | "account.totp.remove";

export function sessionRoutes(services: Services): HandlersOf<Names> {
  const { accounts, sessions, audit } = services;
  return {
    "session.read": ({ who }) => stateOf(services, who),
    "session.create": (call) => signIn(services, call),
    "session.remove": async ({ who, reply }) => {
      if (who.kind === "person") {
        sessions.end(who.session.id);
        await audit.add({
          actor: who.user,
          address: who.address,
          action: "session.remove",
          outcome: "done",
          detail: "",
        });
      }
      void reply.header("set-cookie", endedCookie());
      return { done: true };
    },
    "account.password": async ({ body, who, reply }) => {
      const { user, session } = requirePerson(who);
      await requirePassword(services, who, body.current);
      await accounts.setPassword(user, body.next, false);
      // Who knew the old password may be signed in with it: everybody starts anew.
      sessions.endAll(user);
      const secret = sessions.begin(user);
      sessions.end(session.id);
      void reply.header("set-cookie", sessionCookie(secret));
      return stateWith(services, accounts.find(user), sessions.find(secret, true));
    },
    "account.totp.begin": ({ who }) => {
      const { user } = requirePerson(who);
      const secret = accounts.beginTotp(user);
      return { secret, uri: totpUri(secret, user, services.desk.settings.unit.name) };
    },
    "account.totp.confirm": async ({ body, who }) => {
      const { user } = requirePerson(who);
      return { recoveryCodes: [...(await accounts.confirmTotp(user, body.code))] };
    },
    "account.totp.remove": async ({ body, who }) => {
      const { user } = requirePerson(who);
      await requirePassword(services, who, body.password);
      await accounts.removeTotp(user);
      return { done: true };
    },
  };
}

function requirePerson(who: Identity): Identity & { readonly kind: "person" } {
  if (who.kind !== "person") throw new Refusal("not-permitted", "only for people who have signed in");
  return who;
}

/** A stolen session alone must not be enough; guesses are counted as failed sign-ins. */
async function requirePassword(services: Services, who: Identity, password: string): Promise<void> {
  const { user, address } = requirePerson(who);
  refuseWhileLocked(services, user, address);
  if ((await services.accounts.checkPassword(user, password)) !== null) return;
  services.guard.failed(user, address);
  throw new Refusal("wrong-credentials");
}

function refuseWhileLocked({ guard }: Services, user: string, address: string): void {
  const retryAfterMs = guard.waitMs(user, address);
  if (retryAfterMs > 0) throw new Refusal("locked-out", undefined, { retryAfterMs });
}

async function signIn(services: Services, call: Call<"session.create">): Promise<SessionState> {
  const { accounts, sessions, guard, audit } = services;
  const { user, password, code } = call.body;
  const { address } = call.who;
  const tell = (outcome: "done" | "refused", detail: string): Promise<void> =>
    audit.add({ actor: user, address, action: "session.create", outcome, detail });
  refuseWhileLocked(services, user, address);
  const account = await accounts.checkPassword(user, password);
  if (account === null) {
    guard.failed(user, address);
    await tell("refused", "wrong name or password");
    throw new Refusal("wrong-credentials");
  }
  if (account.totp !== null) {
    // The password was right: only who knows it learns that a code is needed.
    if (code === undefined) throw new Refusal("code-needed");
    if (!(await accounts.useCode(user, code))) {
      guard.failed(user, address);
      await tell("refused", "wrong code");
      throw new Refusal("wrong-credentials");
    }
  }
  guard.forgive(user, address);
  await accounts.signedIn(user);
  const earlier = readCookie(call.request.headers.cookie);
  const before = earlier === null ? null : sessions.find(earlier, false);
  if (before !== null) sessions.end(before.id);
  const secret = sessions.begin(user);
  void call.reply.header("set-cookie", sessionCookie(secret));
  await tell("done", "");
  return stateWith(services, accounts.find(user), sessions.find(secret, true));
}

function stateOf(services: Services, who: Identity): SessionState {
  return who.kind === "person"
    ? stateWith(services, services.accounts.find(who.user), who.session)
    : stateWith(services, null, null);
}

function stateWith(services: Services, account: Account | null, session: OpenSession | null): SessionState {
  const { appliance, desk, accounts } = services;
  return {
    session: account === null || session === null ? null : shown(services, account, session),
    unit: desk.settings.unit.name,
    version: appliance.version,
    isFirstStart: accounts.isFirstStart,
  };
}

function shown({ desk, sessions }: Services, account: Account, session: OpenSession): Session {
  return {
    user: account.user,
    role: account.role,
    mustChangePassword: account.mustChangePassword,
    hasTotp: account.totp !== null,
    signedInAt: isoOf(session.signedInWallMs),
    idleTimeoutMs: desk.settings.console.idleTimeoutMs,
    endsInMs: sessions.leftMs(session),
  };
}
