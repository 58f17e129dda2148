/** An endpoint's answer for as long as a page shows it, renewed on a timer where the page asks for that. */
import { useCallback, useEffect, useState } from "preact/hooks";
import type { EndpointName } from "#console/contract/endpoints.ts";
import type { AnswerOf } from "#console/contract/routes.ts";
import { call, type RequestOf, type Trouble } from "./client.ts";

export interface Answered<T> {
  /** The last one that came; null until then. */
  readonly answer: T | null;
  /** Why the last attempt failed; what was known before stays. */
  readonly trouble: Trouble | null;
  /** When the answer came, by this browser's clock. */
  readonly at: number;
  readonly reload: () => Promise<void>;
  readonly replace: (answer: T) => void;
}

interface Options {
  readonly everyMs?: number;
}

/** `request` is compared by its JSON text: it may be made anew each time. */
export function useAnswer<N extends EndpointName>(
  name: N,
  request: RequestOf<N>,
  { everyMs }: Options = {},
): Answered<AnswerOf<N>> {
  const [state, setState] = useState<{ answer: AnswerOf<N> | null; trouble: Trouble | null; at: number }>({
    answer: null,
    trouble: null,
    at: 0,
  });
  const key = JSON.stringify(request);
  const reload = useCallback(async () => {
    const outcome = await call(name, JSON.parse(key) as RequestOf<N>);
    setState((before) =>
      outcome.ok
        ? { answer: outcome.value, trouble: null, at: Date.now() }
        : { ...before, trouble: outcome.error },
    );
  }, [name, key]);
  const replace = useCallback(
    (answer: AnswerOf<N>) => setState({ answer, trouble: null, at: Date.now() }),
    [],
  );
  useEffect(() => {
    void reload();
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) void reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [reload, everyMs]);
  return { ...state, reload, replace };
}
