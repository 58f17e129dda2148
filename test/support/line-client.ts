/** A TCP client that speaks lines with the test worker. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface, type Interface } from "node:readline";

export interface LineClient extends AsyncDisposable {
  readonly socket: Socket;
  /** The next line, or null at the end of the connection. */
  next(): Promise<string | null>;
  /** Sends a line; after `ask` the answer is the next line. */
  say(line: string): void;
  readonly closed: Promise<unknown>;
}

/** Connects; throws when the connection is refused. */
export async function lineClient(port: number, host = "127.0.0.1"): Promise<LineClient> {
  const socket = connect({ port, host });
  await once(socket, "connect");
  socket.on("error", () => {});
  // Also by a reset, which would reject what `once` gives before anybody waits for it.
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const lines: Interface = createInterface({ input: socket });
  const iterator = lines[Symbol.asyncIterator]();
  return {
    socket,
    closed,
    next: async () => {
      const result = await iterator.next();
      return result.done === true ? null : result.value;
    },
    say: (line) => void socket.write(`${line}\n`),
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
      await closed;
    },
  };
}
