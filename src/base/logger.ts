/** What a daemon tells its operator: one line an event, with named values. */
export type LogLevel = "info" | "warning" | "error";

export type LogValues = Readonly<Record<string, string | number | boolean>>;

/** `event` is a stable kebab-case name, `values` its details; never a secret. */
export type Logger = (level: LogLevel, event: string, values?: LogValues) => void;
