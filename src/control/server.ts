/**
 * The unit's end of the control socket. The socket is also the lock of the state folder: a live one means
 * that another unit runs with this state, a dead one is what a crash left and is replaced.
 */
import { chmod, lstat, rename, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { type ControlRequest, parseControlRequest } from "./contract.ts";
import { CONNECTIONS_MAX, REQUEST_BYTES_MAX, REQUEST_TIMEOUT_MS, SOCKET_PATH_BYTES_MAX } from "./limits.ts";

/** Answers a request with the value to send, or with why not. Must not reject. */
export type AnswerControl = (request: ControlRequest) => Promise<Outcome<unknown, string>>;

/** The name under which the socket is made before it takes its place, with its mode already right. */
const NEW_SUFFIX = ".new";
const SOCKET_MODE = 0o600;

const codeOf = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);

/** One connection: request lines in, answer lines out, in order. */
function serve(socket: Socket, answer: AnswerControl): void {
  let pending = "";
  let turn: Promise<void> = Promise.resolve();
  const reply = (outcome: Outcome<unknown, string>): void => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(outcome)}\n`);
  };
  const hear = async (line: string): Promise<void> => {
    const request = parseControlRequest(line);
    socket.setTimeout(0);
    reply(request.ok ? await answer(request.value) : request);
    if (!socket.destroyed) socket.setTimeout(REQUEST_TIMEOUT_MS);
    if (!request.ok) socket.end();
  };
  socket.setEncoding("utf8");
  socket.setTimeout(REQUEST_TIMEOUT_MS, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (text: string) => {
    pending += text;
    const lines = pending.split("\n");
    pending = lines.pop() ?? "";
    // Also what bounds the turns: they are lines of at most so many bytes read at once.
    if (pending.length > REQUEST_BYTES_MAX || lines.some((line) => line.length > REQUEST_BYTES_MAX)) {
      reply(failure(`the request is longer than ${REQUEST_BYTES_MAX} bytes`));
      socket.end();
      socket.removeAllListeners("data").resume();
      return;
    }
    if (lines.length === 0) return;
    socket.pause();
    for (const line of lines) turn = turn.then(() => hear(line));
    turn = turn.then(() => void socket.resume());
  });
  socket.on("end", () => void turn.then(() => socket.end()));
}

/** Whether somebody answers at the path. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    // EAGAIN: alive, with a full backlog.
    probe.once("error", (error) => resolve(codeOf(error) === "EAGAIN"));
  });
}

async function whyTaken(path: string): Promise<string | null> {
  const facts = await lstat(path).catch(() => null);
  if (facts === null) return null;
  if (!facts.isSocket()) return `${path} exists and is not a socket: move it away or set control.socket`;
  return (await isAlive(path))
    ? `another unit runs with this state (it answers at ${path}): stop it, or use another state folder`
    : null;
}

function listenAt(server: Server, path: string): Promise<Outcome<null, string>> {
  return new Promise((resolve) => {
    server.once("error", (error) =>
      resolve(failure(`cannot make the control socket ${path}: ${codeOf(error)}`)),
    );
    server.listen(path, () => resolve(success(null)));
  });
}

/** The running control interface. Disposing closes it and removes its file. */
export class ControlServer implements AsyncDisposable {
  readonly path: string;
  readonly #server: Server;
  readonly #sockets: ReadonlySet<Socket>;
  readonly #inode: number;

  private constructor(path: string, server: Server, sockets: ReadonlySet<Socket>, inode: number) {
    this.path = path;
    this.#server = server;
    this.#sockets = sockets;
    this.#inode = inode;
  }

  /** Starts to listen at `path`, with mode 0600; the error is a sentence for the operator. */
  static async start(path: string, answer: AnswerControl): Promise<Outcome<ControlServer, string>> {
    if (Buffer.byteLength(path + NEW_SUFFIX) > SOCKET_PATH_BYTES_MAX)
      return failure(
        `the path of the control socket is too long for the system (${path}): set a shorter control.socket`,
      );
    const taken = await whyTaken(path);
    if (taken !== null) return failure(taken);
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      serve(socket, answer);
    });
    server.maxConnections = CONNECTIONS_MAX;
    const made = path + NEW_SUFFIX;
    await rm(made, { force: true }).catch(() => {});
    const listening = await listenAt(server, made);
    if (!listening.ok) return listening;
    try {
      await chmod(made, SOCKET_MODE);
      const { ino } = await lstat(made);
      await rename(made, path);
      return success(new ControlServer(path, server, sockets, ino));
    } catch (error) {
      server.close();
      return failure(`cannot make the control socket ${path}: ${codeOf(error)}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const facts = await lstat(this.path).catch(() => null);
    // Not if somebody has put another in its place.
    if (facts?.ino === this.#inode) await rm(this.path, { force: true }).catch(() => {});
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroySoon();
    });
  }
}
