import type { Socket } from "node:net";

/** Drops a connection with a reset; under TLS Node can only drop it. */
export function resetSocket(socket: Socket): void {
  if ("encrypted" in socket) socket.destroy();
  else socket.resetAndDestroy();
}
