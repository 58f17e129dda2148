/** Who is signed in at this browser, and what that role may do. */
import { computed, signal } from "@preact/signals";
import { type Access, ENDPOINTS, type EndpointName, ROLES } from "#console/contract/endpoints.ts";
import type { SessionState } from "#console/contract/session.ts";
import { call, type Trouble, whenSignedOut } from "./client.ts";

/** Null until the console has answered for the first time. */
export const sessionState = signal<SessionState | null>(null);
export const sessionTrouble = signal<Trouble | null>(null);

export const session = computed(() => sessionState.value?.session ?? null);

export const isSignedIn = computed(() => session.value !== null && !session.value.mustChangePassword);

/** The role of the last session: a page whose session has ended stays as it is until somebody signs in again. */
let lastRole: Access = "public";

/** Whether the role of who is signed in may use an endpoint. */
export function may(name: EndpointName): boolean {
  const role = session.value?.role ?? lastRole;
  lastRole = role;
  return ROLES.indexOf(role) >= ROLES.indexOf(ENDPOINTS[name].role);
}

export async function readSession(): Promise<void> {
  const outcome = await call("session.read", {});
  if (outcome.ok) sessionState.value = outcome.value;
  sessionTrouble.value = outcome.ok ? null : outcome.error;
}

export async function signOut(): Promise<void> {
  await call("session.remove", {});
  window.location.reload();
}

whenSignedOut(() => {
  const state = sessionState.value;
  if (state?.session != null) sessionState.value = { ...state, session: null };
});
