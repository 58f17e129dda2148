/**
 * The public corpus of nodejs/llhttp: what it accepts when strict is accepted here, what it refuses, or
 * accepts only when lenient, is refused. The deliberate differences are the table below.
 */
import t from "tap";
import { requestEvents, responseEvents } from "./event-log.ts";
import { type CorpusSample, corporaFolder, corpusSamples } from "./llhttp-corpus.ts";

/** Stricter than llhttp on purpose, by the sample's name. */
const REFUSED_HERE: Readonly<Record<string, string>> = {
  "request/connection.md: CRLF between requests, implicit `keep-alive`":
    "two empty lines; RFC 9112 2.2 forgives one",
  "request/method.md: CONNECT with body": "RFC 9110 9.3.6: CONNECT has no content",
  "request/method.md: M-SEARCH request": "RFC 9112 3.2.4: asterisk form is for OPTIONS",
  "request/method.md: SOURCE request with ICE": "not HTTP",
  "request/method.md: OPTIONS request with RTSP": "not HTTP",
  "request/method.md: ANNOUNCE request with RTSP": "not HTTP",
  "request/method.md: PRI request HTTP2":
    "RFC 9112 3.2.4: asterisk form is for OPTIONS; and HTTP/2 is not spoken here",
  "request/sample.md: curl GET": "Host 0.0.0.0=5000: no host that anyone means",
  "request/sample.md: Firefox GET": "Host 0.0.0.0=5000: no host that anyone means",
  "request/sample.md: No HTTP version": "HTTP/0.9",
  "request/transfer-encoding.md: Trailing headers": "RFC 9110 6.5.1: Content-Type is no trailer",
  "request/transfer-encoding.md: POST with `chunked` as last transfer-encoding":
    "only `chunked`; and a fragment",
  "request/transfer-encoding.md: POST with `chunked` as last transfer-encoding (multiple headers)":
    "only `chunked`, once; and a fragment",
  "request/uri.md: Quotes in URI": "no client sends a raw quotation mark",
  "request/uri.md: Fragment in URI": "RFC 9112 3.2: a fragment is never sent",
  "request/uri.md: `host:port` and basic auth": "RFC 9110 4.2.4: userinfo",
  "response/connection.md: HTTP 101 response with Upgrade and Transfer-Encoding header": "RFC 9112 6.1",
  "response/connection.md: HTTP 304 with Content-Length": "an empty line between responses",
  "response/connection.md: HTTP 100 first, then 400": "an empty line between responses",
  "response/pipelining.md: Should parse multiple events": "an empty line between responses",
  "response/sample.md: RTSP response": "not HTTP",
  "response/sample.md: ICE response": "not HTTP",
  "response/sample.md: HTTP version 0.9": "HTTP/0.9",
  "response/sample.md: Response starting with CRLF": "an empty line before a response",
  "response/transfer-encoding.md: `chunked` before other transfer-encoding": "only `chunked`",
  "response/transfer-encoding.md: multiple transfer-encoding where chunked is not the last one":
    "only `chunked`",
  "response/transfer-encoding.md: `chunkedchunked` transfer-encoding does not enable chunked enconding":
    "only `chunked`",
};

/** Refused by llhttp for something that is no strictness of the syntax. */
const ACCEPTED_HERE: Readonly<Record<string, string>> = {
  "request/invalid.md: HTTP protocol and ANNOUNCE method":
    "a method is any token; policy decides which are allowed",
  "request/invalid.md: Invalid method": "a method is any token; policy decides which are allowed",
  "request/connection.md: No restart when keep-alive is off (1.0)":
    "what follows `close` is dropped, RFC 9112 9.6",
  "request/connection.md: Resetting flags when keep-alive is off (1.0, lenient)": "the same",
  "request/connection.md: CRLF between requests, explicit `close`": "the same",
  "request/connection.md: CRLF between requests, explicit `close` followed by tab": "the same",
  "request/connection.md: CRLF between requests, explicit `close` (lenient)": "the same",
};

/** Most samples of 1.1 lack Host, which is a fault here: they get one, so that the rest is tried. */
const withHost = (text: string): string =>
  text.replace(
    /^((?:\r\n)?[A-Z-]+ .* HTTP\/1\.1\r\n)((?:(?!\r\n\r\n)[\s\S])*)(\r\n\r\n|$)/gm,
    (message, line: string, fields: string) =>
      /^host:/im.test(fields) ? message : message.replace(line, `${line}Host: a\r\n`),
  );

const GETS = ["GET", "GET", "GET", "GET"];

function eventsOf(sample: CorpusSample, text: string): readonly string[] {
  const bytes = Buffer.from(text, "latin1");
  return sample.kind === "request"
    ? requestEvents([bytes])
    : responseEvents([bytes], { methods: GETS, closes: false });
}

const errorOf = (events: readonly string[]): string | null =>
  events.find((event) => event.startsWith("error ")) ?? null;

/**
 * The error, null when accepted. A sample for refusal that stops within a head is given the head's end, for
 * llhttp may have seen its fault earlier than we do.
 */
function verdict(sample: CorpusSample, refusedThere: boolean): string | null {
  const text = sample.kind === "request" ? withHost(sample.text) : sample.text;
  const events = eventsOf(sample, text);
  return errorOf(refusedThere && events.at(-1) === "mid-head" ? eventsOf(sample, `${text}\r\n\r\n`) : events);
}

t.test("the samples of llhttp's corpus", async (t) => {
  const folder = corporaFolder();
  if (folder === null) {
    t.comment(
      "llhttp's corpus is NOT here (../shared/corpora, or FUTAGO_CORPORA): its samples were not tried",
    );
    return;
  }
  const samples = corpusSamples(folder);
  t.ok(samples.length > 200, `${samples.length} samples`);
  const unused = new Set([...Object.keys(REFUSED_HERE), ...Object.keys(ACCEPTED_HERE)]);
  for (const sample of samples) {
    const refusedThere = sample.isLenient || sample.error !== null;
    const error = verdict(sample, refusedThere);
    const exception = refusedThere ? ACCEPTED_HERE[sample.name] : REFUSED_HERE[sample.name];
    if (exception !== undefined) unused.delete(sample.name);
    const mustRefuse = refusedThere !== (exception !== undefined);
    const detail = `${sample.name}${exception === undefined ? "" : ` (${exception})`}`;
    t.equal(
      error !== null,
      mustRefuse,
      `${mustRefuse ? "refused" : "accepted"}: ${detail}: ${error ?? "no error"}`,
    );
  }
  t.strictSame([...unused], [], "every listed difference is one");
});

t.test("samples of 1.1 without Host are refused for that", async (t) => {
  const folder = corporaFolder();
  if (folder === null) return;
  const hostless = corpusSamples(folder).filter(
    (sample) =>
      sample.kind === "request" &&
      !sample.isLenient &&
      sample.error === null &&
      withHost(sample.text) !== sample.text,
  );
  t.ok(hostless.length > 30);
  for (const sample of hostless) {
    if (REFUSED_HERE[sample.name] !== undefined) continue;
    const events = eventsOf(sample, sample.text);
    // Within an incomplete head it is not known yet.
    if (events.at(-1) !== "mid-head") t.equal(errorOf(events), "error bad-host", sample.name);
  }
});
