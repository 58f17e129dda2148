/**
 * An origin that answers with exactly the bytes a test wants, right or wrong. It reads requests just
 * well enough to tell one from the next; what it answers is a script's matter.
 *
 *   await using origin = await startOriginServer();
 *   origin.on("/odd", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more");
 *   origin.on("/slow", async (call) => { await call.write("HTTP/1.1 200 OK\r\n"); … });
 *
 * Built in: /hello ("hello", with a length), /echo (the request's body, chunked), /bytes/N (N bytes).
 */
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { resetSocket } from "./reset-socket.ts";
import { SocketReader } from "./socket-reader.ts";

/** A request as it came in. */
interface OriginRequest {
  readonly method: string;
  readonly target: string;
  /** The whole head, with its CRLFs. */
  readonly headText: string;
  /** 1 for the first connection that the server accepted, and so on. */
  readonly connection: number;
  /** The first value of a field, by lower-case name. */
  header(lowerName: string): string | undefined;
}

/** What a script can do with one request. */
interface OriginCall {
  readonly request: OriginRequest;
  readonly socket: Socket;
  /** Sends bytes; resolves when there is room for more, or when the connection is gone. */
  write(bytes: string | Buffer): Promise<void>;
  /** A piece of the request's body without chunk framing, or null at its end. */
  readBody(): Promise<Buffer | null>;
  /** The rest of the request's body. */
  body(): Promise<Buffer>;
  /** The fields behind a chunked body, once it was read: "name: value" lines. */
  readonly trailers: readonly string[];
  /** Bytes as they come, framing and all, for protocols after an upgrade; null at the end. */
  readRaw(): Promise<Buffer | null>;
  /** Closes: FIN after what was written, or a reset at once. */
  end(): void;
  reset(): void;
  /** Resolves when the other side has closed the connection. */
  readonly closed: Promise<void>;
}

export type OriginScript = string | ((call: OriginCall) => void | Promise<void>);

export interface OriginServerOptions {
  readonly host?: string;
  /** Speaks TLS with these, in PEM. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer };
}

export interface OriginServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** "host:port". */
  readonly authority: string;
  readonly tls: boolean;
  /** Every request so far, in the order of arrival. */
  readonly requests: readonly OriginRequest[];
  /** Connections accepted so far, and those open now. */
  readonly connections: number;
  readonly openConnections: number;
  /** The script for a path (the query is not looked at); "*" is for all others. */
  on(path: string, script: OriginScript): void;
  close(): Promise<void>;
}

/** Starts an origin on a port that the system chooses. */
export async function startOriginServer(options: OriginServerOptions = {}): Promise<OriginServer> {
  const host = options.host ?? "127.0.0.1";
  const scripts = new Map<string, OriginScript>([
    ["/hello", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
    ["/echo", echo],
  ]);
  const requests: OriginRequest[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  const accept = (socket: Socket): void => {
    accepted += 1;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    const connection = new ScriptedConnection(socket, accepted, (request) => {
      requests.push(request);
      const path = pathOf(request.target);
      return scripts.get(path) ?? (path.startsWith("/bytes/") ? manyBytes : (scripts.get("*") ?? notFound));
    });
    connection.serve().catch(() => socket.destroy());
  };
  const server: Server =
    options.tls === undefined
      ? createServer({ allowHalfOpen: true }, accept)
      : createTlsServer({ ...options.tls, allowHalfOpen: true, ALPNProtocols: ["http/1.1"] }, accept);
  server.on("tlsClientError", () => {});
  // Under TLS these are the connections beneath, handshake or not.
  const raw = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    raw.add(socket);
    socket.on("close", () => raw.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const close = async (): Promise<void> => {
    for (const socket of [...sockets, ...raw]) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  return {
    host,
    port,
    authority: host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
    tls: options.tls !== undefined,
    requests,
    get connections() {
      return accepted;
    },
    get openConnections() {
      return sockets.size;
    },
    on: (path, script) => void scripts.set(path, script),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The path of a target in origin-form or absolute-form, without its query. */
function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?]*/, "");
  return path.split("?")[0] || "/";
}

const notFound = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

async function echo(call: OriginCall): Promise<void> {
  if (call.request.header("expect") !== undefined) await call.write("HTTP/1.1 100 Continue\r\n\r\n");
  await call.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (let piece = await call.readBody(); piece !== null; piece = await call.readBody()) {
    await call.write(
      Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")]),
    );
  }
  await call.write("0\r\n\r\n");
}

const PIECE = Buffer.alloc(64 * 1024, "futago.");

async function manyBytes(call: OriginCall): Promise<void> {
  const bytes = Number(pathOf(call.request.target).slice("/bytes/".length));
  await call.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes}\r\n\r\n`);
  for (let left = bytes; left > 0 && !call.socket.destroyed; left -= PIECE.length) {
    await call.write(left < PIECE.length ? PIECE.subarray(0, left) : PIECE);
  }
}

/** One accepted connection: request after request, each with its script. */
class ScriptedConnection {
  readonly #socket: Socket;
  readonly #number: number;
  readonly #scriptFor: (request: OriginRequest) => OriginScript;
  readonly #reader: SocketReader;

  constructor(socket: Socket, number: number, scriptFor: (request: OriginRequest) => OriginScript) {
    this.#socket = socket;
    this.#number = number;
    this.#scriptFor = scriptFor;
    this.#reader = new SocketReader(socket);
  }

  async serve(): Promise<void> {
    for (;;) {
      const headText = await this.#reader.readThrough("\r\n\r\n");
      if (headText === null) break;
      const request = parseRequest(headText, this.#number);
      const script = this.#scriptFor(request);
      const call = new Call(request, this.#socket, this.#reader);
      if (typeof script === "string") await call.write(script);
      else await script(call);
      if (request.header("upgrade") !== undefined) return;
      await call.body();
      if (this.#socket.destroyed || this.#socket.writableEnded) return;
    }
    this.#socket.end();
  }
}

function parseRequest(headText: string, connection: number): OriginRequest {
  const [requestLine = "", ...lines] = headText.slice(0, -4).split("\r\n");
  const [method = "", target = ""] = requestLine.split(" ");
  return {
    method,
    target,
    headText,
    connection,
    header(lowerName) {
      const line = lines.find((candidate) => candidate.toLowerCase().startsWith(`${lowerName}:`));
      return line?.slice(lowerName.length + 1).trim();
    },
  };
}

class Call implements OriginCall {
  readonly request: OriginRequest;
  readonly socket: Socket;
  readonly closed: Promise<void>;
  readonly trailers: string[] = [];
  readonly #reader: SocketReader;
  /** Bytes of the body that are still to come; null when it is chunked. */
  #left: number | null;
  #bodyEnded: boolean;

  constructor(request: OriginRequest, socket: Socket, reader: SocketReader) {
    this.request = request;
    this.socket = socket;
    this.#reader = reader;
    const chunked = request.header("transfer-encoding") !== undefined;
    this.#left = chunked ? null : Number(request.header("content-length") ?? "0");
    this.#bodyEnded = this.#left === 0;
    this.closed = reader.ended;
  }

  async write(bytes: string | Buffer): Promise<void> {
    const { socket } = this;
    if (socket.destroyed || socket.write(bytes, "latin1")) return;
    await new Promise<void>((resolve) => {
      socket.once("drain", resolve);
      socket.once("close", resolve);
    });
  }

  async readBody(): Promise<Buffer | null> {
    if (this.#bodyEnded) return null;
    if (this.#left === 0) return this.#endBody();
    if (this.#left === null) return this.#readChunk();
    const piece = await this.#reader.readSome(this.#left);
    if (piece === null) return this.#endBody();
    this.#left -= piece.length;
    return piece;
  }

  async body(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let piece = await this.readBody(); piece !== null; piece = await this.readBody()) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  readRaw(): Promise<Buffer | null> {
    return this.#reader.readSome(Number.POSITIVE_INFINITY);
  }

  end(): void {
    this.socket.end();
  }

  reset(): void {
    resetSocket(this.socket);
  }

  #endBody(): null {
    this.#bodyEnded = true;
    return null;
  }

  async #readChunk(): Promise<Buffer | null> {
    const sizeLine = await this.#reader.readThrough("\r\n");
    const bytes = Number.parseInt(sizeLine ?? "0", 16);
    if (sizeLine !== null && bytes > 0) {
      const piece = await this.#reader.readExactly(bytes);
      await this.#reader.readThrough("\r\n");
      return piece ?? this.#endBody();
    }
    for (let line = await this.#reader.readThrough("\r\n"); line !== null && line !== "\r\n"; ) {
      this.trailers.push(line.trim());
      line = await this.#reader.readThrough("\r\n");
    }
    return this.#endBody();
  }
}
