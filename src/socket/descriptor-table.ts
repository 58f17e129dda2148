/**
 * Which descriptors a thread has open, in memory that outlives the thread. The system knows no threads: what
 * a worker that died has left open would stay open, its listener would go on taking connections that nobody
 * serves. Whoever started the worker closes them.
 */
import { closeSync } from "node:fs";

/** Descriptors beyond this are not tracked; no unit is given so many. */
const DESCRIPTORS_MAX = 1 << 20;

/** Memory for one thread's table. */
export const newDescriptorTable = (): SharedArrayBuffer => new SharedArrayBuffer(DESCRIPTORS_MAX);

let own = new Uint8Array(new SharedArrayBuffer(0));

/** Tells this thread to keep its table there. */
export function trackDescriptors(table: SharedArrayBuffer): void {
  own = new Uint8Array(table);
}

/** A descriptor of this thread was opened. */
export function descriptorOpened(fd: number): void {
  if (fd < own.length) own[fd] = 1;
}

/** It is about to be closed: before, so that nobody else has it by then. */
export function descriptorClosing(fd: number): void {
  if (fd < own.length) own[fd] = 0;
}

/** Closes what a thread that is gone has left open; gives how many those were. */
export function closeDescriptors(table: SharedArrayBuffer): number {
  const open = new Uint8Array(table);
  let closed = 0;
  for (let fd = open.indexOf(1); fd >= 0; fd = open.indexOf(1, fd + 1)) {
    open[fd] = 0;
    closeSync(fd);
    closed += 1;
  }
  return closed;
}
