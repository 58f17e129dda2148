/**
 * A small origin of our own: as a program where nginx or HAProxy is missing, in-process where answers are
 * checked. It trusts its clients, which are proxies under test, and answers GET only.
 *   node raw-origin.ts files PORT FOLDER    the files of a folder, by name
 *   node raw-origin.ts connect-stub PORT    answers CONNECT and what follows by itself: the ceiling of a
 *                                           generator of tunnels
 */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { basename, join } from "node:path";

const HEAD_END = "\r\n\r\n";
const PENDING_CHARS_MAX = 64 * 1024;

/** Answers one request for a path; the answer's bytes are written by it, in order. */
type Answer = (path: string, socket: Socket) => Promise<void> | void;

function serveHeads(socket: Socket, answer: Answer): void {
  let pending = "";
  let busy = false;
  const drain = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    for (let end = pending.indexOf(HEAD_END); end >= 0; end = pending.indexOf(HEAD_END)) {
      const head = pending.slice(0, end);
      pending = pending.slice(end + HEAD_END.length);
      const target = head.slice(head.indexOf(" ") + 1, head.indexOf(" HTTP/"));
      await answer(target.replace(/^http:\/\/[^/]*/, ""), socket);
    }
    busy = false;
  };
  socket.setNoDelay(true);
  socket.setEncoding("latin1");
  socket.on("error", () => socket.destroy());
  socket.on("data", (text: string) => {
    pending += text;
    if (pending.length > PENDING_CHARS_MAX) socket.destroy();
    else void drain();
  });
}

/** The body that `tagOrigin` gives for a path: distinct for each, about 1 KiB. */
export const taggedBody = (path: string): string => path.padEnd(1_024, "-");

/** An origin whose body depends on the path, so that an answer to the wrong request is seen. */
export const createTagOrigin = (): Server =>
  createServer((socket) =>
    serveHeads(socket, (path) => {
      const body = taggedBody(path);
      const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCache-Control: no-store\r\nContent-Length: ${body.length}`;
      socket.write(`${head}${HEAD_END}${body}`, "latin1");
    }),
  );

/** A server that sends back what it gets. */
export const createEcho = (): Server =>
  createServer({ allowHalfOpen: true }, (socket) => {
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.pipe(socket);
  });

const createFileOrigin = (folder: string): Server =>
  createServer((socket) =>
    serveHeads(socket, async (path) => {
      if (path === "/byte") {
        socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 1${HEAD_END}x`);
        return;
      }
      const file = join(folder, basename(path));
      if (!existsSync(file)) {
        socket.write(`HTTP/1.1 404 Not Found\r\nContent-Length: 0${HEAD_END}`);
        return;
      }
      const size = statSync(file).size;
      socket.write(`HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: ${size}${HEAD_END}`);
      for await (const piece of createReadStream(file, { highWaterMark: 256 * 1024 })) {
        if (socket.destroyed) return;
        if (!socket.write(piece))
          await new Promise((resolve) => socket.once("drain", resolve).once("close", resolve));
      }
    }),
  );

/** Answers a CONNECT, then one small request as if through the tunnel, with two constant texts. */
const createConnectStub = (): Server =>
  createServer((socket) => {
    let answered = false;
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("data", () => {
      socket.write(
        answered ? `HTTP/1.1 200 OK\r\nContent-Length: 1${HEAD_END}x` : `HTTP/1.1 200 OK${HEAD_END}`,
      );
      answered = true;
    });
  });

if (import.meta.main) {
  const [role = "", port = "", folder = "."] = process.argv.slice(2);
  const server = role === "connect-stub" ? createConnectStub() : createFileOrigin(folder);
  server.listen({ host: "127.0.0.1", port: Number(port), backlog: 4_096 });
}
