/**
 * The suite's `fetch`, through a forward proxy: every request goes out in absolute form (RFC 9112 section
 * 3.2.2), and with the fields of the case only. A real fetch would add "Cache-Control: no-cache" to requests
 * that carry conditions, and Node's proxy variables would tunnel plain http by CONNECT, past any cache.
 */
import { type IncomingMessage, request as startRequest } from "node:http";
import { text } from "node:stream/consumers";

/** What the suite passes of a RequestInit. */
interface SuiteInit {
  readonly method?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
}

/** What the suite reads of a Response. */
interface SuiteResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly text: () => Promise<string>;
}

export interface ProxyFetch {
  readonly fetch: (url: string, init?: SuiteInit) => Promise<SuiteResponse>;
  /** How many requests went to the proxy. */
  readonly sent: () => number;
}

/** No case lets an answer wait: whatever takes this long has failed. */
const ANSWER_WITHIN_MS = 20_000;

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
  return headers;
}

/** One line for each field, so that fields of one name stay apart. */
function flatHeaders(url: URL, init: SuiteInit): string[] {
  const fields = ["Host", url.host, "Accept", "*/*", "Connection", "close"];
  for (const [name, value] of init.headers ?? []) fields.push(name, String(value));
  const length = Buffer.byteLength(init.body ?? "");
  if (length > 0) fields.push("Content-Length", String(length));
  return fields;
}

/** A fetch through the proxy on that port of 127.0.0.1: one connection each, so that no case meets another's. */
export function createProxyFetch(proxyPort: number): ProxyFetch {
  let sent = 0;
  const fetch = async (target: string, init: SuiteInit = {}): Promise<SuiteResponse> => {
    const url = new URL(target);
    sent += 1;
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request = startRequest({
      host: "127.0.0.1",
      port: proxyPort,
      path: url.href,
      method: init.method ?? "GET",
      headers: flatHeaders(url, init),
      agent: false,
      signal,
    });
    request.once("response", resolve);
    request.once("error", reject);
    request.end(init.body);
    const response = await promise;
    return {
      status: response.statusCode ?? 0,
      statusText: response.statusMessage ?? "",
      headers: headersOf(response),
      text: () => text(response),
    };
  };
  return { fetch, sent: () => sent };
}
