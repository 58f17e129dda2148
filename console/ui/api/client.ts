/** The API, driven by the contract's table: one function, typed by the endpoint's name. */
import { failure, type Outcome, success } from "#base/outcome.ts";
import { ENDPOINTS, type EndpointName } from "#console/contract/endpoints.ts";
import type { Problem } from "#console/contract/problem.ts";
import type { AnswerOf, BodyOf, ParamsOf, QueryOf } from "#console/contract/routes.ts";
import { endpointUrl, type PathParameters, type QueryParameters } from "./endpoint-url.ts";

type Given<Key extends string, Value> = [Value] extends [undefined] ? object : { readonly [K in Key]: Value };
type GivenQuery<Value> = [Value] extends [undefined] ? object : { readonly query?: Value };

export type RequestOf<N extends EndpointName> = Given<"params", ParamsOf<N>> &
  GivenQuery<QueryOf<N>> &
  Given<"body", BodyOf<N>> & { readonly ifMatch?: string };

/** What is known of a call that failed; `offline` when no answer came. */
export type Trouble =
  | Problem
  | { readonly kind: "offline"; readonly title: string; readonly detail?: string };

/** An answer that takes longer is given up: the page says so and offers another try. */
export const ANSWER_LIMIT_MS = 15_000;

let onSignedOut = (): void => undefined;

/** `act` is called whenever the server says that nobody is signed in. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

/** Asks an endpoint. Every failure is a value; nothing is thrown. */
export async function call<N extends EndpointName>(
  name: N,
  request: RequestOf<N>,
): Promise<Outcome<AnswerOf<N>, Trouble>> {
  const { params, query, body, ifMatch } = request as {
    readonly params?: PathParameters;
    readonly query?: QueryParameters;
    readonly body?: unknown;
    readonly ifMatch?: string;
  };
  try {
    const response = await fetch(new URL(endpointUrl(name, params, query), document.baseURI), {
      method: ENDPOINTS[name].method,
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(ifMatch === undefined ? {} : { "If-Match": ifMatch }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      credentials: "same-origin",
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    if (response.ok) return success((await response.json()) as AnswerOf<N>);
    const problem = await problemOf(response);
    if (problem.kind === "not-signed-in") onSignedOut();
    return failure(problem);
  } catch (error) {
    return failure({ kind: "offline", title: "no answer", detail: String(error) });
  }
}

/** A refusal without a problem document comes from something between here and the console. */
async function problemOf(response: Response): Promise<Trouble> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return { kind: "offline", title: `the answer was ${response.status}` };
  }
}
