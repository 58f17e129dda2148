import t from "tap";
import { whyNotStorable } from "#caching/storable.ts";
import { storedFields } from "#caching/stored-fields.ts";
import { directivesOf, fieldsOf, RECEIVED_MS } from "#test/support/stored-response.ts";

interface Case {
  readonly method?: string;
  readonly status?: number;
  readonly cc?: string;
  readonly fields?: Parameters<typeof fieldsOf>[0];
  readonly noStore?: boolean;
  readonly authorization?: boolean;
  readonly isAboutTarget?: boolean;
  readonly clientFields?: readonly string[];
  readonly never?: boolean;
  readonly lifetime?: boolean;
}

const why = (of: Case): string | null =>
  whyNotStorable({
    method: of.method ?? "GET",
    status: of.status ?? 200,
    fields: fieldsOf(of.fields ?? []),
    directives: directivesOf(of.cc ?? "max-age=60"),
    requestNoStore: of.noStore ?? false,
    requestHasAuthorization: of.authorization ?? false,
    isAboutTarget: of.isAboutTarget ?? false,
    clientFields: of.clientFields ?? [],
    overrideNever: of.never ?? false,
    overrideLifetime: of.lifetime ?? false,
  });

const CASES: readonly (readonly [string, Case, string | null])[] = [
  ["a GET with a lifetime", {}, null],
  ["any final status with a lifetime", { status: 599 }, null],
  ["a redirect with a lifetime", { status: 302 }, null],
  ["a redirect without", { status: 302, cc: "" }, "no-freshness"],
  ["a status with heuristics and a validator", { status: 404, cc: "", fields: [["ETag", '"a"']] }, null],
  ["a status with heuristics and no word", { status: 404, cc: "" }, "no-freshness"],
  ["a status without heuristics, public", { status: 403, cc: "public" }, null],
  ["a status without heuristics, with Expires", { status: 403, cc: "", fields: [["Expires", 60]] }, null],
  ["an interim status", { status: 103 }, "status"],
  ["a 304 that nobody asked for", { status: 304 }, "status"],
  ["a 416, which is about one request's range", { status: 416 }, "status"],
  ["a 412", { status: 412 }, "status"],
  ["a 429", { status: 429 }, "status"],
  ["another method", { method: "HEAD" }, "method"],
  ["a POST", { method: "POST" }, "method"],
  ["a POST about its own target, with a lifetime", { method: "POST", isAboutTarget: true }, null],
  ["a POST about its own target, by heuristics", { method: "POST", isAboutTarget: true, cc: "" }, "method"],
  ["no-store", { cc: "max-age=60, no-store" }, "no-store"],
  ["no-store of the request", { noStore: true }, "no-store"],
  ["private", { cc: "private, max-age=60" }, "private"],
  ["private for one field", { cc: 'private="set-cookie", max-age=60' }, null],
  [
    "must-understand with a status that is not",
    { status: 599, cc: "max-age=60, must-understand" },
    "must-understand",
  ],
  ["must-understand undoes no-store", { cc: "max-age=60, must-understand, no-store" }, null],
  ["Authorization", { authorization: true }, "authorization"],
  ["Authorization and public", { authorization: true, cc: "max-age=60, public" }, null],
  ["Authorization and s-maxage", { authorization: true, cc: "s-maxage=60" }, null],
  ["Authorization and must-revalidate", { authorization: true, cc: "max-age=60, must-revalidate" }, null],
  [
    "Authorization and proxy-revalidate",
    { authorization: true, cc: "max-age=60, proxy-revalidate" },
    "authorization",
  ],
  ["Vary: *", { fields: [["Vary", "Foo, *"]] }, "vary"],
  [
    "Vary on what we add for each client",
    { fields: [["Vary", "X-Forwarded-For"]], clientFields: ["x-forwarded-for"] },
    "vary",
  ],
  ["an override", { never: true }, "override"],
  ["an override that gives a lifetime", { status: 302, cc: "", lifetime: true }, null],
  ["an override that gives a lifetime, to what is private", { cc: "private", lifetime: true }, "private"],
];

for (const [behaviour, of, reason] of CASES) {
  t.test(`storing: ${behaviour}`, async (t) => {
    t.equal(why(of), reason);
  });
}

t.test("hop-by-hop fields and those that a directive names are not stored; Date is added", async (t) => {
  const received = fieldsOf([
    ["Connection", "a, close"],
    ["a", "1"],
    ["b", "2"],
    ["Keep-Alive", "x"],
    ["TE", "x"],
    ["Set-Cookie", "s=1"],
    ["Trailer", "x"],
    ["Proxy-Authenticate", "x"],
    ["ETag", '"1"'],
  ]);
  const fields = storedFields(received, directivesOf('private="set-cookie", no-cache="b"'), RECEIVED_MS);
  t.strictSame(fields.pairs(), [
    ["ETag", '"1"'],
    ["Date", "Sun, 06 Nov 1994 08:49:37 GMT"],
  ]);
});
