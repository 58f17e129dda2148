/** A program for a host of a test network: answers datagrams to addresses with themselves.  node udp-echo.ts ADDRESS,… PORT */
import { createSocket } from "node:dgram";

const [addresses = "", port = ""] = process.argv.slice(2);
const bound = addresses.split(",").map(
  (address) =>
    new Promise<void>((resolve) => {
      const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
      socket.on("message", (bytes, from) => socket.send(bytes, from.port, from.address, () => {}));
      socket.on("error", () => {});
      socket.bind(Number(port), address, resolve);
    }),
);
await Promise.all(bound);
process.on("disconnect", () => process.exit());
process.send?.({ ready: true });
