/** The table of routes as an OpenAPI 3.1 document. */
import type { TSchema } from "typebox";
import { API_PREFIX } from "#console/contract/endpoints.ts";
import { Problem } from "#console/contract/problem.ts";
import { ROUTES, type Route } from "#console/contract/routes.ts";

type Json = Readonly<Record<string, unknown>>;

/** `/users/:user` in OpenAPI's writing. */
const templated = (path: string): string => path.replace(/:([A-Za-z]+)/g, "{$1}");

function parametersOf(schema: TSchema | undefined, place: "path" | "query"): Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Readonly<Record<string, Json>>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, value]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: value,
  }));
}

const IF_MATCH = {
  name: "If-Match",
  in: "header",
  required: true,
  description: "The generation that was edited, as settings.read tells it in ETag.",
  schema: { type: "string", pattern: '^"[0-9]{1,9}"$' },
};

function operationOf(route: Route): Json {
  const answer =
    route.media === undefined
      ? { "application/json": { schema: route.answer } }
      : { [route.media]: { schema: { type: "string" } } };
  return {
    operationId: route.name,
    tags: [route.name.split(".")[0]],
    summary: route.summary,
    "x-role": route.role,
    parameters: [
      ...parametersOf(route.params, "path"),
      ...parametersOf(route.query, "query"),
      ...(route.ifMatch === true ? [IF_MATCH] : []),
    ],
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: route.body } } } }),
    responses: {
      "200": { description: "Done.", content: answer },
      default: { $ref: "#/components/responses/Problem" },
    },
    security: route.role === "public" ? [] : [{ session: [] }, ...(route.sessionOnly ? [] : [{ token: [] }])],
  };
}

/** The whole document. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of ROUTES) {
    const path = templated(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Futago Management Console",
      version,
      description: "Everything that the console's pages do, they do through this API.",
      license: { name: "Apache 2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: API_PREFIX }],
    tags: [...new Set(ROUTES.map(({ name }) => name.split(".")[0]))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "__Host-futago" },
        token: { type: "http", scheme: "bearer" },
      },
      responses: {
        Problem: {
          description: "It was refused or failed (RFC 9457).",
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
      schemas: { Problem },
    },
  };
}
