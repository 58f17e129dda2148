/** Who may what: the table of roles walked in full, tokens, cross-site requests, one-time passwords. */
import t from "tap";
import { ROLES, type Role } from "#console/contract/endpoints.ts";
import { ROUTES, type Route } from "#console/contract/routes.ts";
import type { ConsoleClient } from "#test/support/console-client.ts";
import { ADMIN_PASSWORD, startConsole } from "#test/support/running-console.ts";

const PASSWORD = "a long pass phrase 7";
const ROLE_NAMES: readonly Role[] = ["read-only", "operator", "administrator"];

/** What would end the walk, or the unit. */
const DESTRUCTIVE: ReadonlySet<string> = new Set(["session.remove", "session.create"]);

/** Only for the other unit, whoever has signed in: the pair's own test asks it with a seal. */
const SEALED: ReadonlySet<string> = new Set(["pair.sync.offer", "pair.support.offer"]);

/** A body that no route accepts: where the role is enough, the answer is about the body. */
const WRONG_BODY = { walk: true };

/** The kinds of refusal that mean "your role is not enough". */
const isRefusedByRole = (kind: string): boolean => kind === "not-permitted" || kind === "not-signed-in";

async function probe(client: ConsoleClient, route: Route): Promise<string> {
  const body = route.method === "GET" ? undefined : WRONG_BODY;
  const query = route.name === "events.stream" ? { topics: "nothing" } : {};
  return client.kindOf(route.name, body === undefined ? { query } : { body, query });
}

void t.test("every endpoint is open to its role and those above, and to nobody else", async (t) => {
  await using console = await startConsole();
  const clients: Partial<Record<Role, ConsoleClient>> = {};
  for (const role of ROLE_NAMES) {
    const user = `walk-${role}`;
    await console.admin.must("users.create", { body: { user, role, password: PASSWORD } });
    const client = console.newClient();
    t.equal(await client.signIn(user, PASSWORD), "done");
    t.equal(await client.kindOf("overview.read"), "password-change-needed", "the given password is one-time");
    await client.must("account.password", { body: { current: PASSWORD, next: `${PASSWORD} more` } });
    clients[role] = client;
  }
  let walked = 0;
  for (const route of ROUTES.filter(({ name }) => !DESTRUCTIVE.has(name))) {
    const nobody = await probe(console.newClient(), route);
    t.equal(
      nobody === "not-signed-in",
      route.role !== "public" || SEALED.has(route.name),
      `${route.name} for nobody: ${nobody}`,
    );
    for (const role of ROLE_NAMES) {
      const client = clients[role];
      if (client === undefined) continue;
      const kind = await probe(client, route);
      const isAllowed = ROLES.indexOf(role) >= ROLES.indexOf(route.role);
      const isOpen = !isRefusedByRole(kind) || (route.role === "public" && kind === "not-signed-in");
      t.equal(isOpen, isAllowed, `${route.name} for ${role}: ${kind}`);
      walked += 1;
    }
  }
  t.equal(walked, (ROUTES.length - DESTRUCTIVE.size) * ROLE_NAMES.length, "the whole table");
});

void t.test("a token has its role, its networks and its end, and is no person", async (t) => {
  await using console = await startConsole();
  const { admin } = console;
  const make = async (role: Role, networks: string[]): Promise<ConsoleClient> => {
    const body = { label: "test", role, networks, expiresInHours: 1 };
    const client = console.newClient();
    client.token = (await admin.must("tokens.create", { body })).secret;
    return client;
  };
  const reader = await make("read-only", []);
  t.equal(await reader.kindOf("overview.read", { bare: true }), "done");
  t.equal(await reader.kindOf("users.list"), "not-permitted");
  const elsewhere = await make("administrator", ["192.0.2.0/24"]);
  t.equal(await elsewhere.kindOf("overview.read"), "not-signed-in", "from another network");
  const program = await make("administrator", ["127.0.0.0/8"]);
  t.equal(await program.kindOf("users.list"), "done");
  t.equal(
    await program.kindOf("account.password", { body: { current: "x", next: "y" } }),
    "not-permitted",
    "a token has no password",
  );
  t.match(
    (
      await program.ask("services.action", {
        params: { service: "heartbeat" },
        body: { action: "stop" },
        bare: true,
      })
    ).json,
    {
      kind: "conflict",
    },
  );
  const { tokens } = await admin.must("tokens.list");
  t.notMatch(JSON.stringify(tokens), /futago_|hash/, "no secret is told again");
  for (const { id } of tokens) await admin.must("tokens.remove", { params: { token: id } });
  t.equal(await program.kindOf("users.list"), "not-signed-in", "revoked");
});

void t.test("other sites can neither read nor write", async (t) => {
  await using console = await startConsole();
  const { admin } = console;
  const body = { name: "localhost" };
  const write = (headers: Readonly<Record<string, string>>, bare = true): Promise<string> =>
    admin.kindOf("network.resolve", { body, headers, bare });
  t.equal(await write({}), "cross-site", "a write without any sign of where it is from");
  t.equal(await write({ origin: "https://evil.example" }), "cross-site");
  t.equal(await write({ origin: "null" }), "cross-site");
  t.equal(await write({ origin: console.url.slice(0, -1), "sec-fetch-site": "cross-site" }), "cross-site");
  t.equal(await write({ "sec-fetch-site": "same-site" }), "cross-site");
  t.equal(await write({ "sec-fetch-site": "same-origin" }), "done");
  const read = (headers: Readonly<Record<string, string>>): Promise<string> =>
    admin.kindOf("overview.read", { headers, bare: true });
  t.equal(await read({ "sec-fetch-site": "cross-site" }), "cross-site");
  t.equal(await read({ origin: "https://evil.example" }), "cross-site");
  t.equal(await read({ "sec-fetch-site": "none" }), "done", "typed by a person");
  const form = await fetch(`${console.url}api/v1/pair/announce`, {
    method: "POST",
    headers: { cookie: admin.cookie ?? "", origin: console.url.slice(0, -1), "content-type": "text/plain" },
    body: "{}",
  });
  t.equal(form.status, 400, "a form's content type is not read");
});

void t.test("sign-in: one-time password, growing delay, codes, sign-out", async (t) => {
  await using console = await startConsole();
  const { admin } = console;
  const other = console.newClient();
  t.equal(await other.signIn("admin", console.oneTimePassword), "wrong-credentials", "it was changed");
  t.equal(
    await other.signIn("nobody", "whatever it is"),
    "wrong-credentials",
    "no name is told from another",
  );
  t.equal(await other.signIn("admin", "wrong"), "wrong-credentials");
  t.equal(await other.signIn("admin", "wrong"), "wrong-credentials");
  const locked = await other.ask("session.create", { body: { user: "admin", password: ADMIN_PASSWORD } });
  t.match(locked.json, { kind: "locked-out" }, "also the right password waits");
  t.ok(Number(locked.headers.get("retry-after")) >= 1);
  const { users } = await admin.must("users.list");
  t.match(users, [{ user: "admin", failures: 3 }]);
  await admin.must("users.change", { params: { user: "admin" }, body: { unlock: true } });
  t.equal(await other.signIn("admin", ADMIN_PASSWORD), "done", "unlocked");
  for (const next of ["short", "aaaaaaaaaaaaaa", "my admin password"])
    t.equal(
      await other.kindOf("account.password", { body: { current: ADMIN_PASSWORD, next } }),
      "password-too-weak",
      next,
    );
  await other.must("session.remove");
  t.equal(await other.kindOf("overview.read"), "not-signed-in");
  t.match(other.cookie, /^__Host-futago=$/);
});
