/** Opening netlink sockets, whatever the protocol. */
import { failure, type Outcome, success } from "#base/outcome.ts";
import {
  AF_NETLINK,
  bindTo,
  close,
  errorName,
  lastError,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  socket,
} from "./system-calls.ts";

const ADDRESS_BYTES = 12;

/** A socket for requests, or for the news of `groups`. The caller closes it. */
export function openNetlink(protocol: number, groups: number): Outcome<number, string> {
  const fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd < 0) return failure(`cannot open a netlink socket: ${errorName(lastError())}`);
  const address = Buffer.alloc(ADDRESS_BYTES);
  address.writeUInt16LE(AF_NETLINK, 0);
  address.writeUInt32LE(groups, 8);
  if (bindTo(fd, address) === 0) return success(fd);
  const why = errorName(lastError());
  close(fd);
  return failure(`cannot bind a netlink socket: ${why}`);
}
