/** The place within the console, as the part of the address after "#": `#/system/log?source=access`. */
export interface Route {
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
}

/** Anything unreadable is the first page. */
export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#/, "").split("?", 2);
  return {
    path: path.startsWith("/") ? path : "/",
    query: new Map(new URLSearchParams(search)),
  };
}

/** The address of a place, for links. */
export function routeTo(path: string, query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(query).toString();
  return search === "" ? `#${path}` : `#${path}?${search}`;
}
