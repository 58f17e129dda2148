/** Addresses of the API, relative to the page: so they hold below another unit's relay as well. */
import { API_PREFIX, ENDPOINTS, type EndpointName } from "#console/contract/endpoints.ts";

export type PathParameters = Readonly<Record<string, string | number>>;
export type QueryParameters = Readonly<Record<string, string | number | undefined>>;

/** The address of an endpoint; throws when a parameter of its path is missing. */
export function endpointUrl(
  name: EndpointName,
  params: PathParameters = {},
  query: QueryParameters = {},
): string {
  const path = ENDPOINTS[name].path.replace(/:(\w+)/g, (_, key: string) => {
    const value = params[key];
    if (value === undefined) throw new Error(`${name} needs ${key}`);
    return encodeURIComponent(String(value));
  });
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  const tail = search.size === 0 ? "" : `?${search}`;
  return `${API_PREFIX.slice(1)}${path}${tail}`;
}
