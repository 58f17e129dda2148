/** What is wrong in a settings text, in the words of the administrator who wrote it. */
export interface SettingsFault {
  /** Such as `limits.headBytesMax` or `listen[0].port`; empty for the whole text. */
  readonly path: string;
  /** Short, JSON-like, bounded, never a secret. */
  readonly found: string;
  /** With the unit, the range or the choices. */
  readonly expected: string;
}

/** Characters of a value that a fault shows. */
const SHOWN_LENGTH_MAX = 60;

/** The path of a member of an object; keys that are no plain names stand in quotes. */
export function memberPath(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$]{0,63}$/.test(key)) return `${path}[${shorten(JSON.stringify(key))}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** The path of an item of a list. */
export const itemPath = (path: string, index: number): string => `${path}[${index}]`;

/** A value as a fault shows it: lists and objects by their size, credentials in a URL left out. */
export function showValue(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "string") return shorten(JSON.stringify(withoutCredentials(value)));
  return shorten(String(value));
}

/** Whatever stands before an @ may hold a password. */
const withoutCredentials = (text: string): string => text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1…@");

const shorten = (text: string): string =>
  text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX - 1)}…`;
