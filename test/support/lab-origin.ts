/**
 * A program for a host of a test network: a web server on port 80 and a name server, for browsers that come
 * through proxies.   node lab-origin.ts ADDRESS NAMES
 * NAMES: JSON, name → address. Each request is told to the parent, as its path with the query.
 *
 * The page loads half of its objects, some at a time, reports so, and goes on PAUSE_MS later; then it reports how
 * many it has.
 */
import { createServer } from "node:http";
import { startDnsServer } from "./dns-server.ts";

const OBJECTS = 50;
/** Objects that are asked for at once. Firefox gives up on a proxy after ten connections that have been reset. */
const AT_ONCE = 6;
/** Long enough that what a test does at half-time is done before the second half is asked for. */
const PAUSE_MS = 1_000;
const DNS_PORT = 53;

const [address = "", names = "{}"] = process.argv.slice(2);

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>a page of ${OBJECTS} objects</title><body>
<script>
var id = new URL(location).searchParams.get("id"), loaded = 0;
function report(what) { new Image().src = "/report/" + what + "?id=" + id; }
function load(from, to, done) {
  var next = from, left = to - from;
  function loadOne() {
    if (next === to) return;
    var image = new Image();
    image.onload = image.onerror = function (event) {
      if (event.type === "load") loaded++;
      if (--left === 0) done();
      else loadOne();
    };
    image.src = "/object/" + next++ + "?id=" + id;
    document.body.append(image);
  }
  for (var n = 0; n < ${AT_ONCE}; n++) loadOne();
}
load(0, ${OBJECTS / 2}, function () {
  report("half");
  setTimeout(function () { load(${OBJECTS / 2}, ${OBJECTS}, function () { report("done-" + loaded); }); }, ${PAUSE_MS});
});
</script>`;

const SQUARE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>';

await startDnsServer(
  Object.fromEntries(
    Object.entries(JSON.parse(names) as Record<string, string>).map(([name, a]) => [name, { a: [a] }]),
  ),
  { address, port: DNS_PORT },
);

const server = createServer(({ url = "" }, response) => {
  process.send?.(url);
  const isPage = url.startsWith("/page");
  const isKnown = isPage || /^\/(?:object|report)\//.test(url);
  response.writeHead(isKnown ? 200 : 404, {
    "Content-Type": isPage ? "text/html; charset=utf-8" : "image/svg+xml",
    "Cache-Control": "no-store",
  });
  response.end(isPage ? PAGE : SQUARE);
});
server.keepAliveTimeout = 60_000;
server.listen(80, address, () => process.send?.("listening"));
process.on("disconnect", () => process.exit());
