/**
 * Inputs made from the API's own description, at every endpoint: no failure, nothing read without a sign-in,
 * nothing written from another site. FUTAGO_FUZZ_REQUESTS and FUTAGO_FUZZ_SEED make it longer or repeat it.
 */
import { Agent, request } from "node:http";
import t from "tap";
import { ROUTES, type Route } from "#console/contract/routes.ts";
import { contractFault } from "#test/support/console-client.ts";
import { startConsole } from "#test/support/running-console.ts";
import { SchemaInputs } from "#test/support/schema-inputs.ts";

const REQUESTS = Number(process.env["FUTAGO_FUZZ_REQUESTS"] ?? 20_000);
const SEED = Number(process.env["FUTAGO_FUZZ_SEED"] ?? Date.now() % 1_000_000);
const AT_ONCE = 8;
const LIMIT_MS = 20_000;

/** Each starts programs or hashes for a long time: a few of them are enough. */
const DEAR = new Map<string, number>([
  ["support.bundle", 3],
  ["host.processes", 20],
  ["host.read", 50],
  ["users.create", 50],
  ["session.create", 50],
  ["network.resolve", 20],
  ["explain.url", 100],
  ["explain.request", 20],
  ["pair.keys.add", 30],
  ["proxy.action", 10],
  ["services.action", 10],
]);
/** They do not end, or end the console. */
const LEFT_OUT: ReadonlySet<string> = new Set(["events.stream"]);

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
}

interface Place {
  readonly route: Route;
  readonly path: string;
  readonly operation: Operation;
}

interface Told {
  readonly status: number;
  readonly text: string;
  readonly type: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

function ask(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string | null,
): Promise<Told> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent, timeout: LIMIT_MS }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => void parts.push(part));
      response.once("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(parts).toString(),
          type: response.headers["content-type"] ?? "",
        }),
      );
    });
    outgoing.once("error", reject);
    outgoing.once("timeout", () => outgoing.destroy(new Error("no answer in time")));
    outgoing.end(body ?? undefined);
  });
}

/** A path and a body for one try; interfaces get a name that no machine has: some of these orders are right ones. */
function input(
  inputs: SchemaInputs,
  { path, operation }: Place,
): { readonly path: string; readonly body: string | null } {
  const words: string[] = [];
  let filled = path;
  for (const { name, in: where, schema } of operation.parameters) {
    const value = name === "interface" ? "fuzz0" : inputs.value(schema);
    const text = encodeURIComponent(
      String(typeof value === "object" ? JSON.stringify(value) : value).toWellFormed(),
    );
    if (where === "path") filled = filled.replace(`{${name}}`, text === "console" ? "proxy" : text || "-");
    else if (where === "query" && inputs.below(3) > 0) words.push(`${name}=${text}`);
  }
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const body = schema === undefined ? null : JSON.stringify(inputs.value(schema));
  const isBroken = body !== null && inputs.below(20) === 0;
  return {
    path: words.length === 0 ? filled : `${filled}?${words.join("&")}`,
    body: isBroken ? body.slice(0, -1) : body,
  };
}

void t.test(`${REQUESTS} hostile requests, seed ${SEED}`, { timeout: 600_000 }, async (t) => {
  await using console = await startConsole();
  const { secret } = await console.admin.must("tokens.create", {
    body: { label: "fuzz", role: "administrator", networks: [], expiresInHours: 1 },
  });
  const { paths } = JSON.parse((await console.admin.ask("openapi.read")).text) as OpenApi;
  const places = Object.entries(paths).flatMap(([path, operations]) =>
    Object.values(operations).flatMap((operation): Place[] => {
      const route = ROUTES.find(({ name }) => name === operation.operationId);
      return route === undefined || LEFT_OUT.has(route.name) ? [] : [{ route, path, operation }];
    }),
  );
  t.equal(places.length, ROUTES.length - LEFT_OUT.size, "the description has every endpoint");
  const inputs = new SchemaInputs(SEED);
  const asked = new Map<string, number>();
  const faults: string[] = [];
  const statuses = new Map<number, number>();
  const origin = console.url.slice(0, -1);
  const tryOne = async (): Promise<void> => {
    const place = inputs.pick(places);
    const { name, method, role } = place.route;
    asked.set(name, (asked.get(name) ?? 0) + 1);
    if ((asked.get(name) ?? 0) > (DEAR.get(name) ?? REQUESTS)) return;
    const kind = inputs.pick(["nobody", "token", "token", "token", "evil"] as const);
    const { path, body } = input(inputs, place);
    const headers = {
      origin: kind === "evil" ? "https://evil.example" : origin,
      ...(kind === "token" ? { authorization: `Bearer ${secret}` } : {}),
      ...(kind === "evil" ? { cookie: console.admin.cookie ?? "" } : {}),
      ...(body === null
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }),
      // A stale one: an empty document is a right one, and would move the console away.
      "if-match": '"999"',
    };
    const told = await ask(`${console.url}api/v1${path}`, method, headers, body).catch((error: Error) => ({
      status: 0,
      text: error.message,
      type: "",
    }));
    statuses.set(told.status, (statuses.get(told.status) ?? 0) + 1);
    const where = `${kind} ${method} ${path} ${body?.slice(0, 300)}: ${told.status} ${told.text.slice(0, 200)}`;
    if (told.status === 0 || told.status === 500) faults.push(where);
    if (told.status === 200 && kind === "nobody" && role !== "public")
      faults.push(`read without a sign-in: ${where}`);
    if (told.status === 200 && kind === "evil") faults.push(`from another site: ${where}`);
    const answered = { ...told, headers: new Headers({ "content-type": told.type }), json: null };
    const fault = told.status === 0 ? null : contractFault(place.route, answered);
    if (fault !== null) faults.push(`${where}: ${fault}`);
  };
  let left = REQUESTS;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left > 0 && faults.length < 20) {
        left -= 1;
        await tryOne();
      }
    }),
  );
  agent.destroy();
  t.strictSame(faults, [], `seed ${SEED}`);
  t.comment(`${JSON.stringify(Object.fromEntries(statuses))}`);
  t.ok((statuses.get(200) ?? 0) > REQUESTS / 50, "some of them are right");
  // The administrator's session may have ended: some of the orders about accounts are right ones.
  const program = console.newClient();
  program.token = secret;
  t.match(await program.must("audit.verify"), { intact: true });
  t.equal(({} as Record<string, unknown>)["polluted"], undefined);
});
