/** What the operator's signals mean to a unit in the foreground. */

export interface SignalMeanings {
  /** SIGINT or SIGTERM: drain and end. A second one ends the process at once. */
  readonly end: () => void;
  /** SIGHUP: read the settings again. */
  readonly reload: () => void;
  /** SIGUSR1: the access log was moved away. */
  readonly reopenLog: () => void;
}

/** The exit code of a process that a signal ended, as shells write it. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Listens to the signals until it is disposed. */
export function listenToSignals(meanings: SignalMeanings): Disposable {
  let isEnding = false;
  const endBy = (signal: keyof typeof EXIT_CODES) => (): void => {
    if (isEnding) process.exit(EXIT_CODES[signal]);
    isEnding = true;
    meanings.end();
  };
  const listeners = {
    SIGINT: endBy("SIGINT"),
    SIGTERM: endBy("SIGTERM"),
    SIGHUP: meanings.reload,
    SIGUSR1: meanings.reopenLog,
  };
  for (const [signal, listener] of Object.entries(listeners)) process.on(signal, listener);
  return {
    [Symbol.dispose]: () => {
      for (const [signal, listener] of Object.entries(listeners)) process.removeListener(signal, listener);
    },
  };
}
