/**
 * The TCP handles under node:net, without its sockets: one JavaScript object and no stream state for a
 * connection. Setting up and tearing down a connection costs half of what `net.Socket` takes, an idle one
 * holds a third of the memory, and a read allocates nothing but the bytes (ARCHITECTURE.md has figures).
 *
 * This is internal to Node. It is usable because the runtime is pinned to one version by the lock file,
 * this file is the only one that knows, and test/socket runs every wire through one contract: a Node that
 * changed it would fail there.
 */
import { getSystemErrorName } from "node:util";

/** A write, shutdown or connect under way. */
export interface Request {
  oncomplete: (this: Request, status: number) => void;
  /** Keeps the bytes of an unfinished write alive. */
  buffer?: unknown;
  owner?: unknown;
}

interface EndpointName {
  address?: string;
  port?: number;
}

/** A TCP connection or listener of libuv. Numbers returned are 0 or a negative error. */
export interface TcpHandle {
  /** Called with each read; what it returns is the buffer for the next one, undefined for the same. */
  onread: (this: TcpHandle) => Buffer | undefined;
  /** Whose it is. */
  owner?: unknown;
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  readStop(): number;
  writeBuffer(request: Request, bytes: Uint8Array): number;
  writeLatin1String(request: Request, text: string): number;
  writev(request: Request, pieces: readonly Uint8Array[], allBuffers: true): number;
  shutdown(request: Request): number;
  close(callback: (this: TcpHandle) => void): void;
  reset(callback: (this: TcpHandle) => void): number;
  getpeername(name: EndpointName): number;
  getsockname(name: EndpointName): number;
  setNoDelay(on: boolean): number;
  bind(address: string, port: number): number;
  bind6(address: string, port: number, flags: number): number;
  connect(request: Request, address: string, port: number): number;
  connect6(request: Request, address: string, port: number): number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Bytes that the kernel has not taken. */
  readonly writeQueueSize: number;
}

type RequestClass = new () => Request;

interface TcpWrap {
  readonly TCP: new (type: number) => TcpHandle;
  readonly TCPConnectWrap: RequestClass;
  readonly constants: { readonly SOCKET: number };
}

interface StreamWrap {
  readonly WriteWrap: RequestClass;
  readonly ShutdownWrap: RequestClass;
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
}

interface Bindings {
  binding(name: "tcp_wrap"): TcpWrap;
  binding(name: "stream_wrap"): StreamWrap;
}

const { TCP, TCPConnectWrap, constants } = (process as unknown as Bindings).binding("tcp_wrap");
const stream = (process as unknown as Bindings).binding("stream_wrap");
const { streamBaseState, kReadBytesOrError, kLastWriteWasAsync } = stream;

/** What `lastRead` is at the end of the stream; any other negative number is an error. */
export const END_OF_STREAM = -4095;

/** A handle for an outgoing connection. */
export const newTcpHandle = (): TcpHandle => new TCP(constants.SOCKET);

export const newWriteRequest = (): Request => new stream.WriteWrap();
export const newShutdownRequest = (): Request => new stream.ShutdownWrap();
export const newConnectRequest = (): Request => new TCPConnectWrap();

/** Within `onread`, first thing: how many bytes were read, or a negative error. */
export const lastRead = (): number => streamBaseState[kReadBytesOrError] as number;

/** Right after a write: whether the kernel did not take all of it. */
export const lastWriteIsUnfinished = (): boolean => streamBaseState[kLastWriteWasAsync] !== 0;

/** The system's name of a negative number, such as ECONNRESET. */
export const errorName = (status: number): string => getSystemErrorName(status);
