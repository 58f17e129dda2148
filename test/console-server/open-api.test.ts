/** The description of the API is OpenAPI 3.1 as its own schema has it, and says what a program needs to call it. */
import { Validator } from "@seriousme/openapi-schema-validator";
import t from "tap";
import { openApiDocument } from "#console/server/open-api.ts";

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
}

const document = openApiDocument("1.2.3") as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly tags: readonly { readonly name: string }[];
};
const operations = Object.entries(document.paths).flatMap(([path, byMethod]) =>
  Object.values(byMethod).map((operation) => ({ path, operation })),
);

t.test("it is valid", async (t) => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(document));
  t.equal(valid, true, JSON.stringify(errors)?.slice(0, 1_000));
  t.equal(validator.version, "3.1");
  const spoiled = { ...structuredClone(document), paths: { "/x": { get: { responses: 1 } } } };
  t.equal((await new Validator().validate(spoiled)).valid, false, "and would be told if it were not");
});

t.test("each operation has a name of its own, a summary and a known tag", async (t) => {
  t.ok(operations.length > 50);
  t.equal(new Set(operations.map(({ operation }) => operation.operationId)).size, operations.length);
  const tags = new Set(document.tags.map(({ name }) => name));
  for (const { operation } of operations) {
    t.match(operation.summary, /^[A-Z]/, operation.operationId);
    t.ok(operation.tags.length === 1 && operation.tags.every((tag) => tags.has(tag)), operation.operationId);
  }
});

t.test("the parameters of each path are described, once each, and no others", async (t) => {
  for (const { path, operation } of operations) {
    const named = [...path.matchAll(/\{([A-Za-z]+)\}/g)].map(([, name]) => name ?? "");
    const described = operation.parameters.filter((each) => each.in === "path").map(({ name }) => name);
    t.strictSame(described.sort(), named.sort(), operation.operationId);
  }
});

t.test("every reference leads somewhere", async (t) => {
  for (const [, pointer = ""] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = pointer
      .split("/")
      .reduce<unknown>(
        (node, key) => (node as Readonly<Record<string, unknown>> | undefined)?.[key],
        document,
      );
    t.ok(found, pointer);
  }
});
