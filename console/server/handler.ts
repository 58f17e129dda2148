/** What a handler of an endpoint gets and gives. */
import type { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { EndpointName } from "#console/contract/endpoints.ts";
import type { AnswerOf, BodyOf, ParamsOf, QueryOf } from "#console/contract/routes.ts";
import type { Identity } from "./identity.ts";

export interface Call<N extends EndpointName> {
  readonly params: ParamsOf<N>;
  readonly query: QueryOf<N>;
  readonly body: BodyOf<N>;
  readonly who: Identity;
  /** The generation of If-Match; NaN where the endpoint needs none. */
  readonly base: number;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** A sentence for the audit log: never a secret. */
  readonly note: (detail: string) => void;
}

/** An answer that is not JSON; null where the handler has written it itself. */
export type RawAnswer = { readonly body: string | Buffer | Readable; readonly fileName?: string } | null;

type Answer<N extends EndpointName> = AnswerOf<N> extends undefined ? RawAnswer : AnswerOf<N>;

export type Handler<N extends EndpointName> = (call: Call<N>) => Promise<Answer<N>> | Answer<N>;

export type Handlers = { readonly [N in EndpointName]: Handler<N> };

/** What one file of routes brings. */
export type HandlersOf<N extends EndpointName> = Pick<Handlers, N>;
