/**
 * A program for a host of a test network: an origin of slow streams.   node stream-origin.ts
 *   GET /BYTES/EVERY_MS on port 8080 of all addresses: that many bytes of the pattern, 512 at a time
 *   GET /stalled: a head, some bytes, and nothing more
 *   port 443: sends back what it gets
 */
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { patternAt } from "./pattern.ts";

const CHUNK_BYTES = 512;
const STALLED_BYTES = 100_000;

const http = createHttpServer((request, response) => {
  const [, total = "", everyMs = ""] = (request.url ?? "").split("/");
  response.on("error", () => {});
  if (total === "stalled") {
    response.writeHead(200, { "content-length": STALLED_BYTES });
    response.write(patternAt(0, CHUNK_BYTES));
    return;
  }
  let left = Number(total);
  response.writeHead(200, { "content-length": left, "cache-control": "no-store" });
  const timer = setInterval(() => {
    const sent = Number(total) - left;
    const bytes = patternAt(sent, Math.min(CHUNK_BYTES, left));
    left -= bytes.length;
    response.write(bytes);
    if (left > 0) return;
    clearInterval(timer);
    response.end();
  }, Number(everyMs));
  response.on("close", () => clearInterval(timer));
});

const echo = createServer((socket) => {
  socket.on("error", () => {});
  socket.pipe(socket);
});

http.listen(8080, "::", 2_048, () => {
  echo.listen(443, "::", 2_048, () => void process.send?.({ ready: true }));
});
process.on("disconnect", () => process.exit());
