/**
 * A program for the client of a test network: asks a proxy for a small page over kept connections, as fast as it
 * answers, and is the page's origin.   node proxy-load.ts PROXY_ADDRESS PROXY_PORT OWN_ADDRESS CONNECTIONS
 * Any message in: what was answered and what failed so far comes out.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

const RETRY_MS = 20;

export interface LoadCount {
  readonly answered: number;
  /** Connections that ended, and other answers than the page. */
  readonly failed: number;
}

const [proxyAddress = "", proxyPort = "", ownAddress = "", connections = "1"] = process.argv.slice(2);

const PAGE = "x".repeat(1_024);
const ANSWER = `HTTP/1.1 200 OK\r\nContent-Length: ${PAGE.length}\r\n\r\n${PAGE}`;
const HEAD_END = "\r\n\r\n";

const origin = createServer((socket) => {
  let head = "";
  socket.setEncoding("latin1").setNoDelay(true);
  socket.on("data", (part: string) => {
    head += part;
    if (!head.endsWith(HEAD_END)) return;
    head = "";
    socket.write(ANSWER);
  });
  socket.on("error", () => {});
});
origin.listen(0, ownAddress);
await once(origin, "listening");
const authority = `${ownAddress}:${(origin.address() as AddressInfo).port}`;
const REQUEST = `GET http://${authority}/ HTTP/1.1\r\nHost: ${authority}\r\n\r\n`;

let answered = 0;
let failed = 0;

/** One request at a time: the answer is whole when a page has come after the end of its head. */
function ask(): void {
  const socket = connect(Number(proxyPort), proxyAddress);
  let answer = "";
  socket.setEncoding("latin1").setNoDelay(true);
  socket.on("connect", () => socket.write(REQUEST));
  socket.on("data", (part: string) => {
    answer += part;
    const headEnd = answer.indexOf(HEAD_END);
    if (headEnd < 0 || answer.length < headEnd + HEAD_END.length + PAGE.length) return;
    if (answer.startsWith("HTTP/1.1 200 ")) answered += 1;
    else failed += 1;
    answer = "";
    socket.write(REQUEST);
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    failed += 1;
    setTimeout(ask, RETRY_MS);
  });
}

for (let each = 0; each < Number(connections); each += 1) ask();
process.on("message", () => process.send?.({ answered, failed } satisfies LoadCount));
process.on("disconnect", () => process.exit());
process.send?.("ready");
