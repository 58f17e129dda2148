/**
 * Every endpoint of the console's API as plain data: what it is called, where it is, and the least role that
 * may use it. Nothing is imported here, so that the pages take it along for a few hundred bytes; `routes.ts`
 * adds the schemas.
 *
 * What holds for all of them: a good answer is 200 with JSON (or the media type that the table names), anything
 * else is a `Problem` (application/problem+json). Bodies are application/json. A person signs in with
 * session.create and has a cookie then; writes need an Origin (or Sec-Fetch-Site) of the console's own. A
 * program sends `Authorization: Bearer` with a token instead. What a page asks by itself, without anybody there,
 * has the field `X-Futago-Background: 1` and keeps no session from becoming idle. Where If-Match is needed it is the ETag of
 * settings.read, such as "7" in quotes: 428 without it, 412 `stale` with another.
 */

/** From the least to the most; each may do all that those before it may. `public` needs no sign-in. */
export const ROLES = ["public", "read-only", "operator", "administrator"] as const;
export type Access = (typeof ROLES)[number];
/** What an account or a token has. */
export type Role = Exclude<Access, "public">;

export interface Endpoint {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Under API_PREFIX; `:name` is a parameter. */
  readonly path: string;
  readonly role: Access;
  /** One line for the API's description. */
  readonly summary: string;
  /** Open to a session whose password must be changed first. */
  readonly beforePasswordChange: boolean;
  /** For people only: a token may not use it. */
  readonly sessionOnly: boolean;
}

export const API_PREFIX = "/api/v1";

/**
 * Under it this unit serves the other one's pages and API: /peer/api/v1/… is the other unit's, with a session of
 * its own. Pages that name everything relative to their own folder work in both places.
 */
export const PEER_PREFIX = "/peer";

type Row = readonly [role: Access, place: `${Endpoint["method"]} /${string}`, summary: string];

const ROWS = {
  "session.read": ["public", "GET /session", "Who is signed in"],
  "session.create": ["public", "POST /session", "Signs in"],
  "session.remove": ["public", "DELETE /session", "Signs out"],
  "account.password": ["read-only", "PUT /account/password", "Changes one's own password"],
  "account.totp.begin": ["read-only", "POST /account/totp", "Begins to set up one-time codes (TOTP)"],
  "account.totp.confirm": [
    "read-only",
    "PUT /account/totp",
    "Turns one-time codes on with a first code; answers the recovery codes",
  ],
  "account.totp.remove": ["read-only", "DELETE /account/totp", "Turns one-time codes off"],
  "users.list": ["administrator", "GET /users", "The accounts"],
  "users.create": ["administrator", "POST /users", "Adds an account"],
  "users.change": [
    "administrator",
    "PATCH /users/:user",
    "Changes an account: role, new password, codes off",
  ],
  "users.remove": ["administrator", "DELETE /users/:user", "Removes an account and ends its sessions"],
  "tokens.list": ["administrator", "GET /tokens", "The API tokens, without their secrets"],
  "tokens.create": ["administrator", "POST /tokens", "Makes an API token; its secret is told once"],
  "tokens.remove": ["administrator", "DELETE /tokens/:token", "Revokes an API token"],
  "overview.read": ["read-only", "GET /overview", "What the first page shows, in one answer"],
  "pair.read": ["read-only", "GET /pair", "What the pair does, from this unit's side"],
  "pair.handover": ["operator", "POST /pair/handover", "Gives the floating addresses to the other unit"],
  "pair.announce": ["operator", "POST /pair/announce", "Announces the floating addresses again"],
  "pair.maintenance": [
    "operator",
    "PUT /pair/maintenance",
    "Begins or ends maintenance: the unit takes no floating address",
  ],
  "pair.keys.add": [
    "administrator",
    "POST /pair/keys",
    "Keeps a key of the pair, given or made here, in a file for redundancy.keyFile",
  ],
  "pair.sync.read": [
    "read-only",
    "GET /pair/sync",
    "Which sections of the settings both units have alike, and why not",
  ],
  "pair.sync.send": ["administrator", "POST /pair/sync", "Copies the shared sections to the other unit"],
  "pair.sync.receive": [
    "public",
    "PUT /pair/sync",
    "Takes shared sections from the other unit; authenticated by the pair key",
  ],
  "pair.sync.offer": [
    "public",
    "GET /pair/sync/sections",
    "The shared sections for the other unit; authenticated by the pair key",
  ],
  "proxy.read": ["read-only", "GET /proxy", "What the proxy does"],
  "proxy.action": ["operator", "POST /proxy/actions", "Starts, stops, restarts, drains or reloads the proxy"],
  "services.list": ["read-only", "GET /services", "The services: at start of the unit, and now"],
  "services.action": ["operator", "POST /services/:service/actions", "Starts, stops or restarts a service"],
  "interfaces.list": ["read-only", "GET /network/interfaces", "Interfaces with real and floating addresses"],
  "interfaces.address.add": [
    "administrator",
    "POST /network/interfaces/:interface/addresses",
    "Adds a real address",
  ],
  "interfaces.address.remove": [
    "administrator",
    "DELETE /network/interfaces/:interface/addresses/:address",
    "Removes a real address",
  ],
  "interfaces.address.move": [
    "administrator",
    "POST /network/interfaces/:interface/addresses/:address/move",
    "Moves an address to another interface (IPアドレス移動)",
  ],
  "interfaces.mtu": ["administrator", "PUT /network/interfaces/:interface/mtu", "Sets the MTU"],
  "network.routes": ["read-only", "GET /network/routes", "The routes"],
  "network.connections": ["read-only", "GET /network/connections", "Open connections and listeners"],
  "network.resolver": ["read-only", "GET /network/resolver", "How names are resolved"],
  "network.resolve": [
    "operator",
    "POST /network/resolve",
    "Resolves a name, as the proxy would (名前解決診断)",
  ],
  "settings.read": ["read-only", "GET /settings", "The settings in use, with their generation"],
  "settings.schema": [
    "read-only",
    "GET /settings/schema",
    "The schema of the settings, each tagged as shared or of this unit only",
  ],
  "settings.check": ["read-only", "POST /settings/check", "Faults and differences of a draft; keeps nothing"],
  "settings.draft.read": ["operator", "GET /settings/draft", "One's own staged draft"],
  "settings.draft.write": ["operator", "PUT /settings/draft", "Stages a draft"],
  "settings.draft.remove": ["operator", "DELETE /settings/draft", "Throws one's draft away"],
  "settings.apply": [
    "administrator",
    "POST /settings/generations",
    "Applies a draft as a new generation; needs If-Match",
  ],
  "settings.history": ["read-only", "GET /settings/generations", "The generations, the newest first"],
  "settings.generation": ["read-only", "GET /settings/generations/:number", "One generation, whole"],
  "settings.restore": [
    "administrator",
    "POST /settings/generations/:number/restore",
    "Applies an earlier generation again, as a new one; needs If-Match",
  ],
  "settings.difference": ["read-only", "GET /settings/difference", "What two generations differ in"],
  "settings.blame": ["read-only", "GET /settings/blame", "Who set each value, when and why"],
  "settings.pending": ["read-only", "GET /settings/pending", "The change that waits for its confirmation"],
  "settings.confirm": ["administrator", "POST /settings/pending/confirm", "Keeps the change that waits"],
  "settings.revert": [
    "administrator",
    "POST /settings/pending/revert",
    "Rolls back the change that waits, now",
  ],
  "wpad.read": ["read-only", "GET /wpad", "What the WPAD server does, its script and what lint says of it"],
  "wpad.evaluate": ["read-only", "POST /wpad/evaluate", "What a browser would do with a URL, and why"],
  "host.read": ["read-only", "GET /host", "System, processor, memory, disks, network use"],
  "host.processes": ["read-only", "GET /host/processes", "The processes"],
  "host.power": ["administrator", "POST /host/power", "Stops or restarts the unit"],
  "series.read": ["read-only", "GET /series", "Figures over time"],
  "access.read": ["read-only", "GET /access-statistics", "Proxy access statistics (プロキシアクセス統計)"],
  "logs.list": ["read-only", "GET /logs", "The logs"],
  "logs.rows": ["read-only", "GET /logs/:log/rows", "Rows of a log, the newest first: searched and filtered"],
  "logs.file": ["read-only", "GET /logs/:log/file", "A log as a file"],
  "cache.read": ["read-only", "GET /cache", "The cache's figures"],
  "cache.purge": ["operator", "POST /cache/purge", "Counts, marks as stale or removes stored responses"],
  "cache.inspect": [
    "read-only",
    "POST /cache/inspect",
    "What is stored for a URL, and whether it would be a hit",
  ],
  "explain.url": ["read-only", "POST /explain", "Each decision about a request, in words"],
  "explain.request": [
    "read-only",
    "GET /explain/:request",
    "Each decision about a request of the past, by its id in the access log",
  ],
  "audit.list": ["administrator", "GET /audit", "Who did what, the newest first"],
  "audit.verify": ["administrator", "POST /audit/verify", "Checks the chain of the audit log"],
  "backup.create": [
    "administrator",
    "POST /backup",
    "The unit as one file; secrets encrypted with a passphrase",
  ],
  "backup.preview": ["administrator", "POST /backup/preview", "What a restore would change"],
  "backup.restore": [
    "administrator",
    "POST /backup/restore",
    "Applies a backup as a new generation; needs If-Match",
  ],
  "support.bundle": [
    "operator",
    "GET /support-bundle",
    "What support needs of both units in one file, without secrets",
  ],
  "pair.support.offer": [
    "public",
    "GET /pair/support-bundle",
    "This unit's part of it, for the other unit; authenticated by the pair key",
  ],
  "certificate.read": ["read-only", "GET /certificate", "The console's certificate"],
  "certificate.replace": ["administrator", "PUT /certificate", "Replaces it with another one and its key"],
  "certificate.generate": ["administrator", "POST /certificate", "Makes a new self-signed one"],
  "package.read": ["read-only", "GET /package", "Version and licences"],
  "package.components": ["read-only", "GET /package/components", "The components (SBOM, CycloneDX 1.6)"],
  "events.stream": ["read-only", "GET /events", "Live news as server-sent events"],
  "openapi.read": ["public", "GET /openapi.json", "This API in OpenAPI 3.1"],
} as const satisfies Readonly<Record<string, Row>>;

export type EndpointName = keyof typeof ROWS;

const BEFORE_PASSWORD_CHANGE: ReadonlySet<EndpointName> = new Set<EndpointName>([
  "session.read",
  "session.create",
  "session.remove",
  "account.password",
  "openapi.read",
]);

const SESSION_ONLY: ReadonlySet<EndpointName> = new Set<EndpointName>([
  "account.password",
  "account.totp.begin",
  "account.totp.confirm",
  "account.totp.remove",
  "tokens.create",
  "host.power",
  "backup.create",
  "backup.preview",
  "backup.restore",
]);

function endpointOf(name: EndpointName, [role, place, summary]: Row): Endpoint {
  const [method, path = ""] = place.split(" ");
  return {
    method: method as Endpoint["method"],
    path,
    role,
    summary,
    beforePasswordChange: BEFORE_PASSWORD_CHANGE.has(name),
    sessionOnly: SESSION_ONLY.has(name),
  };
}

export const ENDPOINTS = Object.fromEntries(
  Object.entries(ROWS).map(([name, row]) => [name, endpointOf(name as EndpointName, row)]),
) as Readonly<Record<EndpointName, Endpoint>>;
