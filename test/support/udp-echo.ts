/** A program for a host of a test network: answers datagrams to an address with themselves. */
import { createSocket } from "node:dgram";

const [address = "", port = ""] = process.argv.slice(2);
const socket = createSocket("udp4");
socket.on("message", (bytes, from) => socket.send(bytes, from.port, from.address, () => {}));
socket.on("error", () => {});
socket.bind(Number(port), address, () => void process.send?.({ ready: true }));
process.on("disconnect", () => process.exit());
