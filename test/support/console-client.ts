/** A client of the console's API for tests: it walks the contract's table and checks every answer against it. */
import { Compile } from "typebox/compile";
import { Value } from "typebox/value";
import { API_PREFIX, type EndpointName } from "#console/contract/endpoints.ts";
import { Problem } from "#console/contract/problem.ts";
import { type AnswerOf, type BodyOf, ROUTES, type Route } from "#console/contract/routes.ts";

export interface Asked {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  readonly ifMatch?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without the fields that a browser sends. */
  readonly bare?: boolean;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

const ROUTE_OF = new Map<EndpointName, Route>(ROUTES.map((route) => [route.name, route]));
const CHECKERS = new Map(
  ROUTES.flatMap((route) =>
    route.answer === undefined ? [] : [[route.name, Compile(route.answer)] as const],
  ),
);

/** Where a route is asked, with its parameters put in. */
function urlOf(base: string, route: Route, { params = {}, query = {} }: Asked = {}): string {
  const path = route.path.replace(/:([A-Za-z]+)/g, (_, name: string) =>
    encodeURIComponent(String(params[name] ?? "1")),
  );
  const words = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return `${base}${API_PREFIX.slice(1)}${path}${words.size === 0 ? "" : `?${words}`}`;
}

/** What is wrong with an answer by the contract, or null. */
export function contractFault(route: Route, { status, text, headers }: Answered): string | null {
  if (status >= 400) {
    if (headers.get("content-type")?.startsWith("application/problem+json") !== true)
      return `${status} without a problem`;
    return Value.Check(Problem, JSON.parse(text)) ? null : `${text} is no problem`;
  }
  const checker = CHECKERS.get(route.name);
  if (checker === undefined || checker.Check(JSON.parse(text))) return null;
  const [first] = checker.Errors(JSON.parse(text));
  return `${route.name}: ${first?.instancePath} ${first?.message}: ${text.slice(0, 500)}`;
}

export class ConsoleClient {
  readonly base: string;
  cookie: string | null = null;
  token: string | null = null;

  /** What a page of the console would send as its Origin. */
  origin: string;

  constructor(base: string) {
    this.base = base;
    this.origin = new URL(base).origin;
  }

  /** Asks, and throws when the answer does not fit the contract; refusals are answers. */
  async ask(name: EndpointName, asked: Asked = {}): Promise<Answered> {
    const route = ROUTE_OF.get(name);
    if (route === undefined) throw new Error(`no route ${name}`);
    const body = asked.body ?? (route.body === undefined ? undefined : {});
    const response = await fetch(urlOf(this.base, route, asked), {
      method: route.method,
      headers: {
        ...(asked.bare === true ? {} : { origin: this.origin }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.cookie === null ? {} : { cookie: this.cookie }),
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
        ...(asked.ifMatch === undefined ? {} : { "if-match": asked.ifMatch }),
        ...asked.headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const cookie = response.headers.get("set-cookie")?.split(";")[0];
    if (cookie !== undefined) this.cookie = cookie;
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    const answered = {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : null,
    };
    const fault = contractFault(route, answered);
    if (fault !== null) throw new Error(fault);
    return answered;
  }

  /** As `ask`, and throws when it was refused. */
  async must<N extends EndpointName>(
    name: N,
    asked: Omit<Asked, "body"> & { readonly body?: BodyOf<N> } = {},
  ): Promise<AnswerOf<N>> {
    const { status, json, text } = await this.ask(name, asked);
    if (status !== 200) throw new Error(`${name}: ${status} ${text}`);
    return json as AnswerOf<N>;
  }

  /** The kind of the refusal, or "done". */
  async kindOf(name: EndpointName, asked: Asked = {}): Promise<string> {
    const { status, json } = await this.ask(name, asked);
    return status === 200 ? "done" : (json as { readonly kind: string }).kind;
  }

  async signIn(user: string, password: string, code?: string): Promise<string> {
    return this.kindOf("session.create", {
      body: { user, password, ...(code === undefined ? {} : { code }) },
    });
  }
}
