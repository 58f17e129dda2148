/**
 * The table of the API: each endpoint with the schemas of what it takes and answers. The server registers its
 * handlers from it, the OpenAPI document is made from it, and the tests walk it.
 */

import type { TSchema } from "typebox";
import Type from "typebox";
import * as cache from "./cache.ts";
import { ENDPOINTS, type Endpoint, type EndpointName } from "./endpoints.ts";
import { EventsQuery } from "./events.ts";
import * as host from "./host.ts";
import * as logs from "./logs.ts";
import * as network from "./network.ts";
import * as pair from "./pair.ts";
import { closed, Done, Empty } from "./parts.ts";
import * as proxy from "./proxy.ts";
import * as session from "./session.ts";
import * as settings from "./settings.ts";
import * as upkeep from "./upkeep.ts";
import * as wpad from "./wpad.ts";

interface Shapes {
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** If-Match with the generation's ETag is needed: 428 without it, 412 when it is stale. */
  readonly ifMatch?: true;
  /** Of a 200 answer as JSON; absent where `media` is something else. */
  readonly answer?: TSchema;
  /** The media type of an answer that is not JSON. */
  readonly media?: string;
}

const User = closed({ user: session.UserName });
const TokenId = closed({ token: Type.String({ pattern: "^[a-z0-9]{8,32}$" }) });
const OfGeneration = closed({ number: Type.Integer({ minimum: 1 }) });
const OfInterface = closed({ interface: network.InterfaceName });
const OfAddress = closed({ interface: network.InterfaceName, address: network.IpAddress });
const OfLog = closed({ log: logs.LogName });

const SHAPES = {
  "session.read": { answer: session.SessionState },
  "session.create": { body: session.SignIn, answer: session.SessionState },
  "session.remove": { answer: Done },
  "account.password": { body: session.PasswordChange, answer: session.SessionState },
  "account.totp.begin": { body: Empty, answer: session.TotpBegun },
  "account.totp.confirm": { body: session.TotpConfirm, answer: session.RecoveryCodes },
  "account.totp.remove": { body: session.TotpRemove, answer: Done },
  "users.list": { answer: session.Users },
  "users.create": { body: session.NewUser, answer: session.User },
  "users.change": { params: User, body: session.UserChange, answer: session.User },
  "users.remove": { params: User, answer: Done },
  "tokens.list": { answer: session.Tokens },
  "tokens.create": { body: session.NewToken, answer: session.NewTokenAnswer },
  "tokens.remove": { params: TokenId, answer: Done },
  "overview.read": { answer: host.Overview },
  "pair.read": { answer: pair.Pair },
  "pair.handover": { body: pair.Handover, answer: Done },
  "pair.announce": { body: Empty, answer: Done },
  "pair.maintenance": { body: pair.Maintenance, answer: Done },
  "pair.keys.add": { body: pair.NewPairKey, answer: pair.KeptPairKey },
  "pair.sync.read": { answer: pair.PairSync },
  "pair.sync.send": { body: pair.SyncOrder, answer: pair.PairSync },
  "pair.sync.receive": { body: pair.SharedSections, answer: Done },
  "pair.sync.offer": { answer: pair.SharedSections },
  "proxy.read": { answer: proxy.ProxyState },
  "proxy.action": { body: proxy.ProxyAction, answer: Done },
  "services.list": { answer: proxy.Services },
  "services.action": {
    params: closed({ service: proxy.ServiceName }),
    body: proxy.ServiceAction,
    answer: Done,
  },
  "interfaces.list": { answer: network.Interfaces },
  "interfaces.address.add": { params: OfInterface, body: network.NewAddress, answer: network.Interfaces },
  "interfaces.address.remove": { params: OfAddress, answer: network.Interfaces },
  "interfaces.address.move": { params: OfAddress, body: network.MoveAddress, answer: network.Interfaces },
  "interfaces.mtu": { params: OfInterface, body: network.Mtu, answer: network.Interfaces },
  "network.routes": { answer: network.Routes },
  "network.connections": { answer: network.Connections },
  "network.resolver": { answer: network.ResolverState },
  "network.resolve": { body: network.ResolveQuestion, answer: network.ResolveAnswer },
  "settings.read": { answer: settings.SettingsState },
  "settings.schema": { answer: settings.SchemaAnswer },
  "settings.check": { body: settings.CheckQuestion, answer: settings.CheckAnswer },
  "settings.draft.read": { answer: settings.DraftState },
  "settings.draft.write": { body: settings.NewDraft, answer: settings.DraftState },
  "settings.draft.remove": { answer: Done },
  "settings.apply": { body: settings.Apply, ifMatch: true, answer: settings.Applied },
  "settings.history": { query: settings.HistoryQuery, answer: settings.History },
  "settings.generation": { params: OfGeneration, answer: settings.Generation },
  "settings.restore": {
    params: OfGeneration,
    body: settings.Restore,
    ifMatch: true,
    answer: settings.Applied,
  },
  "settings.difference": { query: settings.DifferenceQuery, answer: settings.Difference },
  "settings.blame": { answer: settings.Blame },
  "settings.pending": { answer: settings.PendingState },
  "settings.confirm": { body: Empty, answer: settings.GenerationRow },
  "settings.revert": { body: Empty, answer: settings.GenerationRow },
  "wpad.read": { answer: wpad.Wpad },
  "wpad.evaluate": { body: wpad.WpadQuestion, answer: wpad.WpadAnswer },
  "host.read": { answer: host.Host },
  "host.processes": { answer: host.Processes },
  "host.power": { body: host.Power, answer: Done },
  "series.read": { query: host.SeriesQuery, answer: host.Series },
  "access.read": { query: host.AccessQuery, answer: host.AccessStatistics },
  "logs.list": { answer: logs.Logs },
  "logs.rows": { params: OfLog, query: logs.RowsQuery, answer: logs.LogRows },
  "logs.file": { params: OfLog, media: "text/plain" },
  "cache.read": { answer: cache.CacheState },
  "cache.purge": { body: cache.Purge, answer: cache.Purged },
  "cache.inspect": { body: cache.CacheQuestion, answer: cache.CacheAnswer },
  "explain.url": { body: cache.ExplainQuestion, answer: cache.Explanation },
  "explain.request": {
    params: closed({ request: Type.String({ pattern: "^[0-9a-z]{1,9}-[0-9a-z]{1,4}-[0-9a-z]{1,4}$" }) }),
    answer: cache.Explanation,
  },
  "audit.list": { query: upkeep.AuditQuery, answer: upkeep.Audit },
  "audit.verify": { body: Empty, answer: upkeep.AuditVerdict },
  "backup.create": { body: upkeep.BackupOrder, answer: upkeep.Backup },
  "backup.preview": { body: upkeep.BackupFile, answer: upkeep.BackupPreview },
  "backup.restore": { body: upkeep.BackupRestore, ifMatch: true, answer: settings.Applied },
  "support.bundle": { media: "application/gzip" },
  "pair.support.offer": { answer: pair.SupportPart },
  "certificate.read": { answer: upkeep.Certificate },
  "certificate.replace": { body: upkeep.NewCertificate, answer: upkeep.Certificate },
  "certificate.generate": { body: upkeep.CertificateOrder, answer: upkeep.Certificate },
  "package.read": { answer: upkeep.Package },
  "package.components": { media: "application/vnd.cyclonedx+json" },
  "events.stream": { query: EventsQuery, media: "text/event-stream" },
  "openapi.read": { media: "application/openapi+json" },
} as const satisfies Readonly<Record<EndpointName, Shapes>>;

export type Route = Endpoint & Shapes & { readonly name: EndpointName };

/** Every route, in the order of the table. */
export const ROUTES: readonly Route[] = (Object.keys(ENDPOINTS) as readonly EndpointName[]).map((name) => ({
  name,
  ...ENDPOINTS[name],
  ...SHAPES[name],
}));

type ShapesOf<N extends EndpointName> = (typeof SHAPES)[N];
type Member<N extends EndpointName, K extends "params" | "query" | "body" | "answer"> =
  ShapesOf<N> extends { readonly [Key in K]: infer S extends TSchema } ? Type.Static<S> : undefined;

export type ParamsOf<N extends EndpointName> = Member<N, "params">;
export type QueryOf<N extends EndpointName> = Member<N, "query">;
export type BodyOf<N extends EndpointName> = Member<N, "body">;
/** Undefined where the answer is no JSON. */
export type AnswerOf<N extends EndpointName> = Member<N, "answer">;
