/** What the schemas of the contract are put together from. */
import Type, { type TProperties, type TSchema } from "typebox";

/** Unknown members of requests are refused; answers have none. */
export const closed = <const P extends TProperties>(properties: P, description?: string) =>
  Type.Object(properties, {
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  });

export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** One of some words. */
export const oneOf = <const Words extends readonly string[]>(...words: Words) =>
  Type.Unsafe<Words[number]>({ type: "string", enum: words });

export const text = (charsMax: number, description?: string) =>
  Type.String({ maxLength: charsMax, ...(description === undefined ? {} : { description }) });

export const count = (description?: string) =>
  Type.Integer({ minimum: 0, ...(description === undefined ? {} : { description }) });

/** ISO 8601 with its offset. */
export const Instant = Type.String({
  minLength: 20,
  maxLength: 35,
  pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}(?:Z|[+-][0-9]{2}:[0-9]{2})$",
});

export const Empty = closed({});
export const Done = closed({ done: Type.Literal(true) });
export const RoleName = oneOf("read-only", "operator", "administrator");
/** A page of a list: up to `limit` items before the one that `before` names. */
export const pageQuery = {
  before: Type.Optional(Type.Integer({ minimum: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
};
