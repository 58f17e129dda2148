/** What a settings form holds: the generation that it began with, what is entered, and what the server says of it. */
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { Fault } from "#console/contract/problem.ts";
import type { CheckAnswer, SchemaAnswer, SettingsState } from "#console/contract/settings.ts";
import { call, type Trouble } from "#console/ui/api/client.ts";
import type { SchemaNode } from "./json-schema.ts";
import { type Document, isSame, valueAt, withValueAt } from "./settings-path.ts";

/** Typing pauses for this long before the server is asked. */
const CHECK_PAUSE_MS = 250;

export interface Draft {
  readonly base: SettingsState;
  readonly schema: SchemaNode;
  readonly rows: SchemaAnswer["rows"];
  readonly document: Document;
  readonly isChanged: boolean;
  /** Null until the server has judged what is entered now. */
  readonly check: CheckAnswer | null;
  readonly trouble: Trouble | null;
  set(path: string, value: unknown): void;
  /** Another whole document, such as a merged one, perhaps on another base. */
  replace(document: Document, base?: SettingsState): void;
  discard(): void;
}

export function useDraft(initial: SettingsState, { schema, rows }: SchemaAnswer): Draft {
  const [base, setBase] = useState(initial);
  const [document, setDocument] = useState<Document>(initial.settings);
  const [check, setCheck] = useState<CheckAnswer | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const isChanged = useMemo(() => !isSame(base.settings, document), [base, document]);
  useEffect(() => {
    setCheck(null);
    if (!isChanged) return undefined;
    let isCurrent = true;
    const timer = setTimeout(async () => {
      const outcome = await call("settings.check", { body: { settings: document, base: base.generation } });
      if (!isCurrent) return;
      setCheck(outcome.ok ? outcome.value : null);
      setTrouble(outcome.ok ? null : outcome.error);
    }, CHECK_PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [document, base, isChanged]);
  const set = useCallback(
    (path: string, value: unknown) => setDocument((before) => withValueAt(before, path, value)),
    [],
  );
  const replace = useCallback((next: Document, nextBase?: SettingsState) => {
    setDocument(next);
    if (nextBase !== undefined) setBase(nextBase);
  }, []);
  return {
    base,
    schema: schema as SchemaNode,
    rows,
    document,
    isChanged,
    check,
    trouble,
    set,
    replace,
    discard: () => setDocument(base.settings),
  };
}

/** The faults at a place and, for lists, within it. */
export const faultsAt = (draft: Draft, path: string): readonly Fault[] =>
  (draft.check?.faults ?? []).filter((fault) => fault.path === path || fault.path.startsWith(`${path}[`));

export const isChangedAt = (draft: Draft, path: string): boolean =>
  !isSame(valueAt(draft.base.settings, path), valueAt(draft.document, path));
