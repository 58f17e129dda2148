/** The table of routes as a Fastify application: who may, what fits, what is answered, what is written down. */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { Value } from "typebox/value";
import { API_PREFIX, type EndpointName } from "#console/contract/endpoints.ts";
import type { Problem } from "#console/contract/problem.ts";
import { ROUTES, type Route } from "#console/contract/routes.ts";
import type { AuditEntry } from "./audit-log.ts";
import { crossSiteFault } from "./cross-site.ts";
import type { Call, Handlers, RawAnswer } from "./handler.ts";
import { type Identity, mayUse, nameOf } from "./identity.ts";
import { BODY_BYTES_MAX, HEAD_BYTES_MAX } from "./limits.ts";
import { Refusal } from "./refusal.ts";

export interface ApiDeps {
  readonly handlers: Handlers;
  /** Who asks; `isUse` is false for what a page asks by itself, which keeps no session alive. */
  readonly identify: (request: FastifyRequest, isUse: boolean) => Identity;
  readonly audit: (entry: AuditEntry) => Promise<void>;
  readonly onFailure: (name: string, error: unknown) => void;
  /** Whether the console may be used from where it comes from at all. */
  readonly allows: (request: FastifyRequest) => boolean;
}

/** Only questions, although their method is POST: they change nothing. */
const QUESTIONS: ReadonlySet<EndpointName> = new Set<EndpointName>([
  "settings.check",
  "wpad.evaluate",
  "cache.inspect",
  "explain.url",
  "network.resolve",
  "backup.preview",
]);

const SECURITY_FIELDS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

/** Builds the application with every route of the table; `ready()` and the listeners are the caller's. */
export function buildApi(deps: ApiDeps): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    logger: false,
    exposeHeadRoutes: false,
    // Longer ones are the schemas' matter: the router would answer in words of its own.
    routerOptions: { maxParamLength: HEAD_BYTES_MAX },
    frameworkErrors: (error, request, reply) => void answerFault(deps, error, { request, reply }),
    return503OnClosing: true,
  });
  app.setErrorHandler((error, request, reply) => answerFault(deps, error, { request, reply }));
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new Refusal("not-found").problem));
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(SECURITY_FIELDS);
    if (!deps.allows(request)) throw new Refusal("not-permitted", "not from this network");
  });
  // JSON and nothing else: a form of another site cannot send it without asking first.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, text, done) => {
    try {
      done(null, text === "" ? undefined : withoutPrototype(JSON.parse(text as string)));
    } catch {
      done(new Refusal("bad-request", "the body is no JSON"));
    }
  });
  for (const route of ROUTES) addRoute(app, route, deps);
  return app;
}

/** `__proto__` as a member would become a prototype in what is copied later. */
function withoutPrototype(value: unknown): unknown {
  if (JSON.stringify(value)?.includes('"__proto__"')) throw new Error("not a member");
  return value;
}

function addRoute(app: FastifyInstance, route: Route, deps: ApiDeps): void {
  const check = {
    params: checkerOf(route.params),
    query: checkerOf(route.query),
    body: checkerOf(route.body),
  };
  const isChange = route.method !== "GET" && !QUESTIONS.has(route.name);
  app.route({
    method: route.method,
    url: API_PREFIX + route.path,
    // Before the body is read: nobody without a sign-in makes the server hold ten megabytes.
    onRequest: async (request) => {
      // News that come again and again by themselves are no use of a session.
      const isUse = route.name !== "events.stream" && !("x-futago-background" in request.headers);
      request.who = deps.identify(request, isUse);
      requireAccess(route, request);
    },
    handler: async (request, reply) => {
      const notes: string[] = [];
      const audit = async (outcome: AuditEntry["outcome"], detail: string): Promise<void> => {
        if (!isChange) return;
        const { address } = request.who;
        await deps.audit({ actor: nameOf(request.who), address, action: route.name, outcome, detail });
      };
      try {
        const call = {
          params: check.params(convertible(route.params, request.params), "the path"),
          query: check.query(convertible(route.query, request.query), "the query"),
          body: check.body(request.body ?? (isEmptyBody(route) ? {} : undefined), "the body"),
          base: route.ifMatch === true ? baseOf(request) : Number.NaN,
          who: request.who,
          request,
          reply,
          note: (detail: string) => void notes.push(detail),
        };
        // The table gives each name its schemas, and `call` has passed them.
        const handler = deps.handlers[route.name] as (call: Call<EndpointName>) => unknown;
        const answer = await handler(call as unknown as Call<EndpointName>);
        await audit("done", notes.join("; "));
        return route.media === undefined
          ? sendJson(reply, answer)
          : sendRaw(reply, route.media, answer as RawAnswer);
      } catch (error) {
        if (error instanceof Refusal && request.who.kind !== "nobody")
          await audit("refused", [error.problem.kind, error.message, ...notes].join("; "));
        throw error;
      }
    },
  });
}

declare module "fastify" {
  interface FastifyRequest {
    /** Set before the handler of a route runs. */
    who: Identity;
  }
}

/** Roles, sites, and what a session may before its password is changed. */
function requireAccess(route: Route, request: FastifyRequest): void {
  const { who } = request;
  const fault = crossSiteFault(route.method, who.kind === "program" || who.kind === "local", request.headers);
  if (fault !== null) throw new Refusal("cross-site", fault);
  if (route.role === "public") return;
  if (who.kind === "nobody") throw new Refusal("not-signed-in");
  if (who.kind === "program" && route.sessionOnly) throw new Refusal("not-permitted", "not with a token");
  if (who.kind === "person" && who.mustChangePassword && !route.beforePasswordChange)
    throw new Refusal("password-change-needed");
  if (!mayUse(who.role, route.role)) throw new Refusal("not-permitted");
}

type Checker = (value: unknown, what: string) => unknown;

function checkerOf(schema: TSchema | undefined): Checker {
  if (schema === undefined) return () => undefined;
  const compiled = Compile(schema);
  return (value, what) => {
    if (compiled.Check(value)) return value;
    const [first] = compiled.Errors(value);
    throw new Refusal(
      "bad-request",
      `${what}: ${first?.instancePath ?? ""} ${first?.message ?? "does not fit"}`,
    );
  };
}

/** A path and a query are text: numbers in it become numbers where the schema wants them. */
const convertible = (schema: TSchema | undefined, query: unknown): unknown =>
  schema === undefined ? query : Value.Convert(schema, structuredClone({ ...(query as object) }));

/** Actions without arguments may come without a body. */
const isEmptyBody = (route: Route): boolean =>
  route.body !== undefined &&
  Object.keys((route.body as { properties?: object }).properties ?? {}).length === 0;

/** If-Match is the generation's ETag, `"7"`. */
function baseOf(request: FastifyRequest): number {
  const { "if-match": field } = request.headers;
  if (field === undefined) throw new Refusal("precondition-needed");
  const [, number] = /^"(\d{1,9})"$/.exec(field) ?? [];
  if (number === undefined) throw new Refusal("bad-request", 'If-Match is a generation, such as "7"');
  return Number(number);
}

function sendJson(reply: FastifyReply, answer: unknown): FastifyReply {
  return reply.type("application/json; charset=utf-8").send(JSON.stringify(answer));
}

function sendRaw(reply: FastifyReply, media: string, answer: RawAnswer): FastifyReply {
  if (answer === null) return reply;
  if (answer.fileName !== undefined)
    void reply.header(
      "content-disposition",
      `attachment; filename="${answer.fileName.replace(/[^\w.-]/g, "_")}"`,
    );
  return reply.type(media.startsWith("text/") ? `${media}; charset=utf-8` : media).send(answer.body);
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.retryAfterMs !== undefined)
    void reply.header("retry-after", String(Math.ceil(problem.retryAfterMs / 1_000)));
  return reply
    .code(problem.status)
    .type("application/problem+json; charset=utf-8")
    .send(JSON.stringify(problem));
}

function answerFault(
  deps: ApiDeps,
  error: unknown,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): FastifyReply {
  if (error instanceof Refusal) return sendProblem(reply, error.problem);
  const { statusCode = 500, message = "" } = error as { statusCode?: number; message?: string };
  if (statusCode === 413) return sendProblem(reply, new Refusal("too-large").problem);
  if (statusCode < 500) return sendProblem(reply, new Refusal("bad-request", message).problem);
  deps.onFailure(`${request.method} ${request.url}`, error);
  return sendProblem(reply, new Refusal("failed").problem);
}
